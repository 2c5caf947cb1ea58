import { call, type DataType, literal, type Scalar } from '../model/dataset-query.ts'
import { parseExpression } from './expression.ts'
import { invalid, listOf, notYet, objectOf, textOf } from './json.ts'
import { castTo } from './scope.ts'

/** Values that a post-aggregation may name: dimensions, aggregations, earlier post-aggregations. */
export type Results = ReadonlyMap<string, Scalar>

export function parsePostAggregators(json: unknown, results: Results): { readonly results: Results; readonly names: readonly string[] } {
  const all = new Map(results)
  const names: string[] = []
  for (const item of listOf(json, 'postAggregations')) {
    const spec = objectOf(item, 'postAggregation')
    const name = textOf(spec, 'name', 'postAggregation')
    all.set(name, parsePostAggregator(spec, all))
    names.push(name)
  }
  return { results: all, names }
}

function parsePostAggregator(json: unknown, results: Results): Scalar {
  const spec = objectOf(json, 'postAggregation')
  const type = textOf(spec, 'type', 'postAggregation')
  const parts = (): Scalar[] => listOf(spec['fields'], 'fields').map((field) => parsePostAggregator(field, results))
  const named = (name: string): Scalar => {
    const found = results.get(name)
    if (found === undefined) throw invalid(`Missing fields [[${name}]] for postAggregator [${String(spec['name'] ?? type)}]`)
    return found
  }
  switch (type) {
    case 'constant': {
      const value = spec['value']
      if (typeof value === 'number') return literal(value, Number.isSafeInteger(value) ? 'LONG' : 'DOUBLE')
      throw invalid("postAggregation constant needs 'value', a number")
    }
    case 'fieldAccess':
    case 'finalizingFieldAccess':
      return named(textOf(spec, 'fieldName', type))
    case 'hyperUniqueCardinality':
      return named(textOf(spec, 'fieldName', type))
    case 'HLLSketchEstimate':
    case 'HLLSketchEstimateWithBounds':
    case 'thetaSketchEstimate':
      return parsePostAggregator(spec['field'], results)
    case 'arithmetic':
      return arithmetic(
        textOf(spec, 'fn', 'arithmetic'),
        parts().map((part) => castTo(part, 'DOUBLE')),
      )
    case 'longGreatest':
    case 'longLeast':
    case 'doubleGreatest':
    case 'doubleLeast': {
      const result: DataType = type.startsWith('long') ? 'LONG' : 'DOUBLE'
      return call(
        type.endsWith('Greatest') ? 'greatest' : 'least',
        parts().map((part) => castTo(part, result)),
        result,
      )
    }
    case 'expression': {
      const value = parseExpression(
        textOf(spec, 'expression', 'postAggregation expression'),
        (name) => results.get(name) ?? literal(null, 'STRING'),
      )
      return value.type === 'BOOLEAN' ? castTo(value, 'LONG') : value
    }
    case 'javascript':
      throw invalid('JavaScript is disabled.')
    default:
      if (/Sketch|Histogram|quantile|stddev|variance/i.test(type)) throw notYet(`the post-aggregation ${type}`)
      throw invalid(`postAggregation of type '${type}' is not known`)
  }
}

const functions: Readonly<Record<string, string>> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide_or_zero',
  quotient: 'divide',
  pow: 'pow',
}

function arithmetic(fn: string, parts: readonly Scalar[]): Scalar {
  const name = functions[fn]
  if (name === undefined) throw invalid(`arithmetic fn '${fn}' is not one of ${Object.keys(functions).join(', ')}`)
  if (parts.length === 0) throw invalid('Illegal number of fields[0], must be > 0')
  return parts.slice(1).reduce((left, right) => call(name, [left, right], 'DOUBLE'), parts[0] as Scalar)
}
