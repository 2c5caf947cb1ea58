import { type Aggregate, and, call, type DataType, literal, type Scalar } from '../model/dataset-query.ts'
import { parseExpression } from './expression.ts'
import { filterCondition } from './filters.ts'
import { flagOf, invalid, isObject, type Json, listOf, notYet, objectOf, textOf } from './json.ts'
import { castTo, isNumber, resolve, type Scope, timeOf } from './scope.ts'

/** An aggregator of a query: what the store computes, and the value made of it. */
export interface Aggregation {
  readonly name: string
  readonly aggregates: readonly Aggregate[]
  readonly value: Scalar
}

const numericForm = /^(long|double|float)(Sum|Min|Max|First|Last|Any)$/

/** `aggregate:` keeps the store's names apart from the user's. */
const stored = (name: string, part = ''): string => `aggregate:${name}${part}`

export function parseAggregator(json: unknown, scope: Scope, filter: Scalar | null = null, nameOver: string | null = null): Aggregation {
  const spec = objectOf(json, 'aggregator')
  const type = textOf(spec, 'type', 'aggregator')
  if (type === 'filtered') {
    const condition = filterCondition(spec['filter'], scope)
    const inner = objectOf(spec['aggregator'], 'aggregator of a filtered aggregator')
    const own = typeof spec['name'] === 'string' && spec['name'] !== '' ? spec['name'] : null
    return parseAggregator(inner, scope, filter === null ? condition : and([filter, condition]), own ?? nameOver)
  }
  const name = nameOver ?? textOf(spec, 'name', `aggregator ${type}`)
  const single = (fn: string, args: readonly Scalar[], result: DataType, distinct = false): Aggregation => {
    const rows = args.some((arg) => arg.type === 'DISTINCT') ? filter : realRows(scope, filter)
    const aggregate: Aggregate = { name: stored(name), function: fn, args, distinct, filter: rows, type: result }
    return { name, aggregates: [aggregate], value: { kind: 'column', name: stored(name), type: result } }
  }
  if (type === 'count') return countRows(name, scope, filter)

  const numeric = numericForm.exec(type)
  if (numeric !== null) {
    const result = (numeric[1] as string).toUpperCase() as DataType
    const input = castTo(inputOf(spec, scope), result)
    const kind = (numeric[2] as string).toLowerCase()
    if (kind === 'first' || kind === 'last') return single(kind, [input, timeArg(spec, scope)], result)
    return single(kind, [input], result)
  }
  switch (type) {
    case 'stringFirst':
    case 'stringLast':
      return single(type === 'stringFirst' ? 'first' : 'last', [castTo(inputOf(spec, scope), 'STRING'), timeArg(spec, scope)], 'STRING')
    case 'stringAny':
      return single('any', [castTo(inputOf(spec, scope), 'STRING')], 'STRING')
    case 'doubleMean': {
      const input = castTo(inputOf(spec, scope), 'DOUBLE')
      const part = (suffix: string, fn: string, result: DataType): Aggregate => ({
        name: stored(name, suffix),
        function: fn,
        args: [input],
        distinct: false,
        filter: realRows(scope, filter),
        type: result,
      })
      return {
        name,
        aggregates: [part('.sum', 'sum', 'DOUBLE'), part('.count', 'count', 'LONG')],
        value: call(
          'divide_or_zero',
          [
            { kind: 'column', name: stored(name, '.sum'), type: 'DOUBLE' },
            { kind: 'column', name: stored(name, '.count'), type: 'LONG' },
          ],
          'DOUBLE',
        ),
      }
    }
    case 'cardinality': {
      const columns = listOf(spec['fields'] ?? spec['fieldNames'], 'fields').map((field) => dimensionOf(field, scope))
      if (columns.length === 0) throw invalid("aggregator cardinality needs 'fields'")
      if (columns.length > 1 && !flagOf(spec, 'byRow', false))
        throw notYet('cardinality over the values of several fields together (byRow: true works)')
      return single('count', columns, 'LONG', true)
    }
    case 'hyperUnique':
    case 'HLLSketchBuild':
    case 'HLLSketchMerge':
    case 'thetaSketch':
      return single('count', [resolve(scope, textOf(spec, 'fieldName', `aggregator ${type}`))], 'LONG', true)
    case 'grouping': {
      const groupings = listOf(spec['groupings'], 'groupings').map(String)
      return single(
        'grouping',
        groupings.map((grouping) => ({ kind: 'column', name: grouping, type: 'STRING' })),
        'LONG',
      )
    }
    case 'javascript':
      throw invalid('JavaScript is disabled.')
    default:
      if (
        /^(quantilesDoublesSketch|KllDoublesSketch|approxHistogram|fixedBucketsHistogram|tDigestSketch|variance|momentSketch|arrayOfDoublesSketch|bloom|expression|singleValue|timestampMin|timestampMax)/.test(
          type,
        )
      ) {
        throw notYet(`the aggregator ${type}`)
      }
      throw invalid(`aggregator of type '${type}' is not known`)
  }
}

/** How many of Druid's rows. */
export function countRows(name: string, scope: Scope, filter: Scalar | null): Aggregation {
  const aggregate: Aggregate = {
    name: stored(name),
    function: 'count',
    args: [],
    distinct: false,
    filter: realRows(scope, filter),
    type: 'LONG',
  }
  return { name, aggregates: [aggregate], value: { kind: 'column', name: stored(name), type: 'LONG' } }
}

/** Rows that only carry a distinct value are no rows of Druid's: everything but distinct counts leaves them out. */
function realRows(scope: Scope, filter: Scalar | null): Scalar | null {
  if (scope.table?.hasDistinctRows !== true) return filter
  const real = call('eq', [{ kind: 'column', name: '$rows', type: 'LONG' }, literal(1, 'LONG')], 'BOOLEAN')
  return filter === null ? real : and([filter, real])
}

function inputOf(spec: Json, scope: Scope): Scalar {
  if (typeof spec['expression'] === 'string') {
    const value = parseExpression(spec['expression'], (name) => resolve(scope, name))
    return value.type === 'BOOLEAN' ? castTo(value, 'LONG') : value
  }
  return resolve(scope, textOf(spec, 'fieldName', `aggregator ${String(spec['type'])}`))
}

function timeArg(spec: Json, scope: Scope): Scalar {
  return typeof spec['timeColumn'] === 'string' ? castTo(resolve(scope, spec['timeColumn']), 'LONG') : timeOf(scope)
}

function dimensionOf(field: unknown, scope: Scope): Scalar {
  if (typeof field === 'string') return resolve(scope, field)
  if (isObject(field) && field['type'] === 'default') return resolve(scope, textOf(field, 'dimension', 'dimension'))
  throw notYet('cardinality over extracted dimensions')
}

export const isNumeric = isNumber
