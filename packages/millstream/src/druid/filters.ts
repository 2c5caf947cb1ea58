import { and, call, literal, not, or, type Scalar } from '../model/dataset-query.ts'
import { parseExpression } from './expression.ts'
import { extract, searchCondition } from './extraction.ts'
import { flagOf, invalid, isObject, type Json, listOf, notYet, objectOf, textOf } from './json.ts'
import { castTo, isNumber, resolve, type Scope, timeColumn } from './scope.ts'
import { parseInterval } from './time.ts'

const bool = (name: string, args: readonly Scalar[]): Scalar => call(name, args, 'BOOLEAN')
const isNull = (value: Scalar): Scalar => bool('is_null', [value])

/** A native filter as a condition: TRUE matches, FALSE and NULL do not. */
export function filterCondition(json: unknown, scope: Scope): Scalar {
  const spec = objectOf(json, 'filter')
  switch (spec['type']) {
    case 'true':
      return literal(true, 'BOOLEAN')
    case 'false':
      return literal(false, 'BOOLEAN')
    case 'and':
      return and(fields(spec).map((field) => filterCondition(field, scope)))
    case 'or':
      return or(fields(spec).map((field) => filterCondition(field, scope)))
    case 'not':
      return not(filterCondition(spec['field'], scope))
    case 'selector':
      return equalTo(dimension(spec, scope), spec['value'])
    case 'equals':
      if (spec['matchValue'] === null || spec['matchValue'] === undefined) throw invalid("filter equals needs 'matchValue', not null")
      return equalTo(resolve(scope, textOf(spec, 'column', 'filter equals')), spec['matchValue'])
    case 'null':
      return isNull(resolve(scope, textOf(spec, 'column', 'filter null')))
    case 'in':
      return inList(dimension(spec, scope), listOf(spec['values'], 'values'))
    case 'inType':
    case 'typedIn':
      return inList(resolve(scope, textOf(spec, 'column', 'filter typedIn')), listOf(spec['sortedValues'] ?? spec['values'], 'values'))
    case 'bound':
      return bound(spec, dimension(spec, scope))
    case 'range':
      return range(spec, resolve(scope, textOf(spec, 'column', 'filter range')))
    case 'like': {
      const mark = typeof spec['escape'] === 'string' ? spec['escape'] : null
      const pattern = textOf(spec, 'pattern', 'filter like')
      return bool('like', [castTo(dimension(spec, scope), 'STRING'), literal(pattern, 'STRING'), literal(mark, 'STRING')])
    }
    case 'regex':
      return bool('regexp_like', [castTo(dimension(spec, scope), 'STRING'), literal(textOf(spec, 'pattern', 'filter regex'), 'STRING')])
    case 'search':
      return searchCondition(spec['query'], castTo(dimension(spec, scope), 'STRING'))
    case 'interval': {
      const time = castTo(dimension(spec, scope), 'LONG')
      return or(
        intervalList(spec['intervals']).map(({ startMs, endMs }) =>
          and([bool('ge', [time, literal(startMs, 'LONG')]), bool('lt', [time, literal(endMs, 'LONG')])]),
        ),
      )
    }
    case 'columnComparison': {
      const [first, ...rest] = listOf(spec['dimensions'], 'dimensions').map((name) => columnOf(name, scope))
      if (first === undefined) throw invalid('filter columnComparison needs dimensions')
      return and(rest.map((other) => bool('is_not_distinct_from', [castTo(first, 'STRING'), castTo(other, 'STRING')])))
    }
    case 'expression':
      return castTo(
        parseExpression(textOf(spec, 'expression', 'filter expression'), (name) => resolve(scope, name)),
        'BOOLEAN',
      )
    case 'istrue':
      return bool('is_true', [filterCondition(spec['field'], scope)])
    case 'isfalse':
      return bool('is_false', [filterCondition(spec['field'], scope)])
    case 'javascript':
      throw invalid('JavaScript is disabled.')
    case 'spatial':
    case 'arrayContainsElement':
    case 'bloom':
      throw notYet(`the filter ${spec['type']}`)
    default:
      throw invalid(`filter of type ${JSON.stringify(spec['type'])} is not known`)
  }
}

export function intervalList(json: unknown) {
  const list = isObject(json) && json['type'] === 'intervals' ? json['intervals'] : json
  if (typeof list === 'string') return [parseInterval(list)]
  return listOf(list, 'intervals').map((item) => parseInterval(String(item)))
}

const fields = (spec: Json): readonly unknown[] => listOf(spec['fields'], 'fields')

function dimension(spec: Json, scope: Scope): Scalar {
  const value = resolve(scope, textOf(spec, 'dimension', `filter ${String(spec['type'])}`))
  return isObject(spec['extractionFn']) ? extract(spec['extractionFn'], value) : value
}

function columnOf(json: unknown, scope: Scope): Scalar {
  if (typeof json === 'string') return resolve(scope, json)
  const spec = objectOf(json, 'dimension')
  const value = resolve(scope, textOf(spec, 'dimension', 'dimension'))
  return isObject(spec['extractionFn']) ? extract(spec['extractionFn'], value) : value
}

/** A constant in a column's own type. Null: no value of the type equals it. */
function constantFor(value: Scalar, json: unknown): Scalar | null {
  if (value.type === 'STRING') return literal(String(json), 'STRING')
  if (value.type === 'BOOLEAN') return literal(json === true || json === 'true' || json === 1 || json === '1', 'BOOLEAN')
  const number = typeof json === 'string' && json.trim() === '' ? Number.NaN : Number(json)
  if (Number.isNaN(number)) return null
  if (value.type === 'LONG' || value.type === 'TIMESTAMP') {
    if (!Number.isInteger(number)) return null
    return literal(typeof json === 'string' && !Number.isSafeInteger(number) ? BigInt(json) : number, 'LONG')
  }
  return literal(number, value.type)
}

function equalTo(value: Scalar, json: unknown): Scalar {
  if (json === null || json === undefined) return isNull(value)
  const constant = constantFor(value, json)
  return constant === null ? literal(false, 'BOOLEAN') : bool('eq', [value, constant])
}

function inList(value: Scalar, items: readonly unknown[]): Scalar {
  const constants = items.filter((item) => item !== null).map((item) => constantFor(value, item))
  const known = constants.filter((item) => item !== null)
  const inside = known.length === 0 ? literal(false, 'BOOLEAN') : bool('in', [value, ...known])
  return items.includes(null) ? or([inside, isNull(value)]) : inside
}

function bound(spec: Json, value: Scalar): Scalar {
  const ordering = String(spec['ordering'] ?? (flagOf(spec, 'alphaNumeric', false) ? 'alphanumeric' : 'lexicographic')).toLowerCase()
  const lower = spec['lower'] ?? null
  const upper = spec['upper'] ?? null
  const parts: Scalar[] = []
  const compare = (left: Scalar, limit: Scalar, strict: boolean, up: boolean): Scalar =>
    bool(up ? (strict ? 'lt' : 'le') : strict ? 'gt' : 'ge', [left, limit])
  for (const [limit, strict, up] of [
    [lower, flagOf(spec, 'lowerStrict', false), false],
    [upper, flagOf(spec, 'upperStrict', false), true],
  ] as const) {
    if (limit === null) continue
    if (ordering === 'numeric' || (isNumber(value.type) && ordering !== 'strlen')) {
      const number = Number(limit)
      if (Number.isNaN(number)) return literal(false, 'BOOLEAN')
      const whole = value.type === 'LONG' && Number.isSafeInteger(number)
      parts.push(compare(whole ? value : castTo(value, 'DOUBLE'), literal(number, whole ? 'LONG' : 'DOUBLE'), strict, up))
    } else if (ordering === 'lexicographic') {
      parts.push(compare(castTo(value, 'STRING'), literal(String(limit), 'STRING'), strict, up))
    } else if (ordering === 'strlen') {
      // By length, then lexicographic.
      const string = castTo(value, 'STRING')
      const length = call('strlen', [string], 'LONG')
      const size = literal(String(limit).length, 'LONG')
      parts.push(
        or([
          bool(up ? 'lt' : 'gt', [length, size]),
          and([bool('eq', [length, size]), compare(string, literal(String(limit), 'STRING'), strict, up)]),
        ]),
      )
    } else throw notYet(`the ordering ${ordering} in a bound filter`)
  }
  return parts.length === 0 ? bool('is_not_null', [value]) : and(parts)
}

function range(spec: Json, value: Scalar): Scalar {
  const type = String(spec['matchValueType'] ?? 'STRING').toUpperCase()
  const numeric = type === 'LONG' || type === 'DOUBLE' || type === 'FLOAT'
  const left = numeric ? (isNumber(value.type) ? value : castTo(value, 'DOUBLE')) : value
  const parts: Scalar[] = []
  for (const [limit, name] of [
    [spec['lower'] ?? null, flagOf(spec, 'lowerOpen', false) ? 'gt' : 'ge'],
    [spec['upper'] ?? null, flagOf(spec, 'upperOpen', false) ? 'lt' : 'le'],
  ] as const) {
    if (limit === null) continue
    const constant = numeric
      ? literal(Number(limit), Number.isSafeInteger(Number(limit)) && left.type === 'LONG' ? 'LONG' : 'DOUBLE')
      : constantFor(left, limit)
    parts.push(constant === null ? literal(false, 'BOOLEAN') : bool(name, [left, constant]))
  }
  if (parts.length === 0) throw invalid('filter range needs lower or upper')
  return and(parts)
}

/** Whether a query's intervals are everything. */
export const everything = { startMs: -62_135_596_800_000, endMs: 253_402_300_800_000 }
export { timeColumn }
