import { call, type DataType, literal, type Scalar } from '../model/dataset-query.ts'
import { extract } from './extraction.ts'
import { flagOf, invalid, isObject, type Json, listOf, notYet, objectOf, textOf } from './json.ts'
import { castTo, resolve, type Scope } from './scope.ts'

export interface Dimension {
  readonly name: string
  readonly value: Scalar
}

/** A dimension spec: a name, or an object. */
export function parseDimension(json: unknown, scope: Scope): Dimension {
  if (typeof json === 'string') return { name: json, value: asDimension(resolve(scope, json), 'STRING') }
  const spec = objectOf(json, 'dimension')
  switch (spec['type'] ?? 'default') {
    case 'default': {
      const name = textOf(spec, 'dimension', 'dimension')
      return { name: outputName(spec, name), value: asDimension(resolve(scope, name), outputType(spec)) }
    }
    case 'extraction': {
      const name = textOf(spec, 'dimension', 'dimension')
      return { name: outputName(spec, name), value: asDimension(extract(spec['extractionFn'], resolve(scope, name)), outputType(spec)) }
    }
    case 'lookup': {
      const name = textOf(spec, 'dimension', 'dimension')
      if (spec['lookup'] === undefined) throw notYet('a registered lookup')
      return { name: outputName(spec, name), value: extract({ ...spec, type: 'lookup' }, resolve(scope, name)) }
    }
    case 'listFiltered': {
      const inner = parseDimension(spec['delegate'], scope)
      const values = listOf(spec['values'], 'values').map((value) => literal(String(value), 'STRING'))
      const inside = call('in', [inner.value, ...values], 'BOOLEAN')
      return { name: inner.name, value: kept(flagOf(spec, 'isWhitelist', true) ? inside : call('not', [inside], 'BOOLEAN'), inner.value) }
    }
    case 'regexFiltered': {
      const inner = parseDimension(spec['delegate'], scope)
      return {
        name: inner.name,
        value: kept(
          call('regexp_like', [inner.value, literal(textOf(spec, 'pattern', 'regexFiltered'), 'STRING')], 'BOOLEAN'),
          inner.value,
        ),
      }
    }
    case 'prefixFiltered': {
      const inner = parseDimension(spec['delegate'], scope)
      return {
        name: inner.name,
        value: kept(
          call('starts_with', [inner.value, literal(textOf(spec, 'prefix', 'prefixFiltered'), 'STRING')], 'BOOLEAN'),
          inner.value,
        ),
      }
    }
    default:
      throw invalid(`dimension of type ${JSON.stringify(spec['type'])} is not known`)
  }
}

const kept = (condition: Scalar, value: Scalar): Scalar => call('case', [condition, value], value.type)
const outputName = (spec: Json, otherwise: string): string => (typeof spec['outputName'] === 'string' ? spec['outputName'] : otherwise)

function outputType(spec: Json): DataType {
  const type = String(spec['outputType'] ?? 'STRING').toUpperCase()
  if (type === 'STRING' || type === 'LONG' || type === 'DOUBLE' || type === 'FLOAT') return type
  throw notYet(`the output type ${type} of a dimension`)
}

const asDimension = (value: Scalar, type: DataType): Scalar => castTo(value.type === 'BOOLEAN' ? castTo(value, 'LONG') : value, type)

/** `virtualColumns`, each over the source's columns and those before it. */
export function withVirtualColumns(json: unknown, scope: Scope, parse: (text: string, scope: Scope) => Scalar): Scope {
  const columns = new Map(scope.columns)
  const result: Scope = { ...scope, columns }
  for (const item of listOf(json, 'virtualColumns')) {
    const spec = objectOf(item, 'virtualColumn')
    if (!isObject(item) || spec['type'] !== 'expression') throw notYet(`virtual columns of type ${String(spec['type'])}`)
    const value = parse(textOf(spec, 'expression', 'virtualColumn'), result)
    const type = String(spec['outputType'] ?? '').toUpperCase()
    const own = value.type === 'BOOLEAN' ? castTo(value, 'LONG') : value
    columns.set(
      textOf(spec, 'name', 'virtualColumn'),
      type === 'STRING' || type === 'LONG' || type === 'DOUBLE' || type === 'FLOAT' ? castTo(own, type) : own,
    )
  }
  return result
}
