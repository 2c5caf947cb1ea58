import { call, literal, type Scalar } from '../model/dataset-query.ts'
import { bucketScalar, parseGranularity } from './granularity.ts'
import { flagOf, invalid, isObject, type Json, listOf, notYet, numberOf, objectOf, textOf } from './json.ts'
import { castTo } from './scope.ts'
import { checkZone } from './time.ts'
import { isoTimeFormat, storeTimeFormat } from './time-format.ts'

const text = (value: string): Scalar => literal(value, 'STRING')
const long = (value: number): Scalar => literal(value, 'LONG')
const named = (name: string, args: readonly Scalar[]): Scalar => call(name, args, 'STRING')

/** `extractionFn`: from a dimension's value to a string. */
export function extract(json: unknown, input: Scalar): Scalar {
  const spec = objectOf(json, 'extractionFn')
  const value = castTo(input, 'STRING')
  switch (spec['type']) {
    case 'identity':
      return value
    case 'upper':
    case 'lower':
      return named(spec['type'], [value])
    case 'strlen':
      return castTo(call('coalesce', [call('strlen', [value], 'LONG'), long(0)], 'LONG'), 'STRING')
    case 'substring': {
      const index = long(numberOf(spec, 'index', 0))
      return named(
        'substring0',
        spec['length'] === undefined || spec['length'] === null ? [value, index] : [value, index, long(numberOf(spec, 'length', 0))],
      )
    }
    case 'regex': {
      const found = named('regexp_extract', [value, text(textOf(spec, 'expr', 'extractionFn regex')), long(numberOf(spec, 'index', 1))])
      if (!flagOf(spec, 'replaceMissingValue', false)) return named('coalesce', [found, value])
      const other = spec['replaceMissingValueWith']
      return typeof other === 'string' ? named('coalesce', [found, text(other)]) : found
    }
    case 'partial':
      return named('case', [call('regexp_like', [value, text(textOf(spec, 'expr', 'extractionFn partial'))], 'BOOLEAN'), value])
    case 'searchQuery':
      return named('case', [searchCondition(spec['query'], value), value])
    case 'stringFormat': {
      const format = textOf(spec, 'format', 'extractionFn stringFormat')
      const parts = format.split('%s')
      if (parts.length !== 2) throw notYet('a stringFormat with other than one %s')
      const shown = named('coalesce', [value, text(spec['nullHandling'] === 'emptyString' ? '' : 'null')])
      const result = named('concat', [text(parts[0] as string), shown, text(parts[1] as string)])
      return spec['nullHandling'] === 'returnNull' ? named('case', [call('is_not_null', [value], 'BOOLEAN'), result]) : result
    }
    case 'bucket': {
      const size = numberOf(spec, 'size', 1)
      const offset = numberOf(spec, 'offset', 0)
      const number = castTo(value, 'DOUBLE')
      const floored = call(
        'floor',
        [call('divide', [call('subtract', [number, literal(offset, 'DOUBLE')], 'DOUBLE'), literal(size, 'DOUBLE')], 'DOUBLE')],
        'DOUBLE',
      )
      const bucket = call('add', [call('multiply', [floored, literal(size, 'DOUBLE')], 'DOUBLE'), literal(offset, 'DOUBLE')], 'DOUBLE')
      return castTo(Number.isInteger(size) && Number.isInteger(offset) ? castTo(bucket, 'LONG') : bucket, 'STRING')
    }
    case 'timeFormat':
      return timeFormat(spec, input)
    case 'time': {
      const parsed = call(
        'time_parse',
        [value, text(storeTimeFormat(textOf(spec, 'timeFormat', 'extractionFn time'))), text('UTC')],
        'LONG',
      )
      return named('time_format', [parsed, text(storeTimeFormat(textOf(spec, 'resultFormat', 'extractionFn time'))), text('UTC')])
    }
    case 'lookup':
      return lookup(spec, value)
    case 'cascade':
      return listOf(spec['extractionFns'], 'extractionFns').reduce<Scalar>((inner, next) => extract(next, inner), input)
    case 'javascript':
      throw invalid('JavaScript is disabled.')
    case 'registeredLookup':
      throw notYet('a registered lookup')
    default:
      throw invalid(`extractionFn of type ${JSON.stringify(spec['type'])} is not known`)
  }
}

function timeFormat(spec: Json, input: Scalar): Scalar {
  const zone = text(checkZone(typeof spec['timeZone'] === 'string' ? spec['timeZone'] : 'UTC'))
  const time =
    input.type === 'STRING' && !flagOf(spec, 'asMillis', false)
      ? call('time_parse_iso', [input, text('UTC')], 'LONG')
      : castTo(input, 'LONG')
  const granularity = parseGranularity(spec['granularity'] ?? 'none')
  const bucket = granularity.kind === 'all' || granularity.kind === 'none' ? time : bucketScalar(granularity, time)
  const format = typeof spec['format'] === 'string' ? spec['format'] : isoTimeFormat
  return named('time_format', [bucket, text(storeTimeFormat(format)), zone])
}

function lookup(spec: Json, value: Scalar): Scalar {
  const inner = objectOf(spec['lookup'], 'lookup')
  if (inner['type'] !== 'map' || !isObject(inner['map'])) throw notYet('a lookup other than a map in the query')
  const args = Object.entries(inner['map']).flatMap(([from, to]) => [call('eq', [value, text(from)], 'BOOLEAN'), text(String(to))])
  const other = spec['replaceMissingValueWith']
  const missing = flagOf(spec, 'retainMissingValue', false) ? value : typeof other === 'string' ? text(other) : literal(null, 'STRING')
  return args.length === 0 ? missing : named('case', [...args, missing])
}

/** The `query` of a search query, search filter or searchQuery extraction. */
export function searchCondition(json: unknown, value: Scalar): Scalar {
  const spec = objectOf(json, 'query')
  const contains = (part: string, folded: boolean): Scalar => call(folded ? 'contains_folded' : 'contains', [value, text(part)], 'BOOLEAN')
  switch (spec['type']) {
    case 'insensitive_contains':
      return contains(textOf(spec, 'value', 'search'), true)
    case 'contains':
      return contains(textOf(spec, 'value', 'search'), !flagOf(spec, 'caseSensitive', false))
    case 'fragment': {
      const folded = !flagOf(spec, 'caseSensitive', false)
      const parts = listOf(spec['values'], 'values').map((part) => contains(String(part), folded))
      return parts.length === 0 ? literal(false, 'BOOLEAN') : call('and', parts, 'BOOLEAN')
    }
    case 'regex':
      return call('regexp_like', [value, text(textOf(spec, 'pattern', 'search'))], 'BOOLEAN')
    case 'all':
      return literal(true, 'BOOLEAN')
    default:
      throw invalid(`search of type ${JSON.stringify(spec['type'])} is not known`)
  }
}
