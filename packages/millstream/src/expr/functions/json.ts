import { errors } from '../../base/errors.ts'
import { isString, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { CallShape, ResolveCall, ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { isScalarJson, type Json, JsonNumber, jsonText, parseJson } from '../text/json.ts'
import { jsonPath } from '../text/json-path.ts'
import { jsonOf } from './json-make.ts'

type Found = { readonly value: Json; readonly lax: boolean } | { readonly error: string; readonly lax: boolean }

function look(text: string, path: string): Found {
  const compiled = jsonPath(path)
  const parsed = parseJson(text)
  return { ...('error' in parsed ? parsed : compiled.find(parsed.value)), lax: compiled.lax }
}

const failed = (name: string, reason: string): never => {
  throw errors.fail('MS-2112', { name, reason })
}

/** What JSON_VALUE returns of a scalar: text, or the value in the type that RETURNING names. A text there is no number: that fails, as in Flink. */
function scalarAs(value: Json, type: LogicalType): Value {
  const text = value instanceof JsonNumber ? value.text : String(value)
  if (isString(type)) return text
  const isNumber = value instanceof JsonNumber
  switch (type.kind) {
    case 'BOOLEAN':
      return typeof value === 'boolean' ? value : failed('JSON_VALUE', `'${text}' is no BOOLEAN`)
    case 'DOUBLE':
      return isNumber ? Number(text) : failed('JSON_VALUE', `'${text}' is no DOUBLE`)
    default: {
      const whole = isNumber && /^-?\d+$/.test(text) ? BigInt(text) : failed('JSON_VALUE', `'${text}' is no ${type.kind}`)
      if (type.kind === 'BIGINT') return whole
      return BigInt.asIntN(32, whole) === whole ? Number(whole) : failed('JSON_VALUE', `'${text}' is out of the range of ${type.kind}`)
    }
  }
}

type Behaviour = 'NULL' | 'ERROR' | 'DEFAULT' | 'EMPTY ARRAY' | 'EMPTY OBJECT'

const returningOf =
  (wanted: readonly LogicalType['kind'][]) =>
  (_: readonly LogicalType[], { returning }: ResolveCall): LogicalType | null =>
    returning === undefined ? types.string() : wanted.includes(returning.kind) ? returning : null

const jsonValue = scalar({
  names: ['JSON_VALUE'],
  parameters: [take.string, take.string],
  optional: [take.string, take.any, take.string, take.any],
  signatures: [
    'JSON_VALUE(<STRING>, <PATH> [RETURNING STRING | BOOLEAN | INT | DOUBLE] [NULL | ERROR | DEFAULT <ANY> ON EMPTY] [... ON ERROR])',
  ],
  result: returningOf(['VARCHAR', 'CHAR', 'BOOLEAN', 'INT', 'BIGINT', 'DOUBLE']),
  nullable: 'always',
  nulls: 'own',
  bind:
    ({ type }) =>
    (
      text: Value,
      path: Value,
      onEmpty: Value = 'NULL',
      emptyDefault: Value = null,
      onError: Value = 'NULL',
      errorDefault: Value = null,
    ) => {
      if (text === null || path === null) return null
      const found = look(text as string, path as string)
      let reason: string
      if ('error' in found) reason = found.error
      else {
        const { value } = found
        if (value === null || (found.lax && !isScalarJson(value))) {
          if (onEmpty === 'ERROR') failed('JSON_VALUE', 'the path finds nothing')
          return onEmpty === 'DEFAULT' ? emptyDefault : null
        }
        if (isScalarJson(value)) return scalarAs(value, type)
        reason = 'the path finds an array or an object where a scalar is wanted'
      }
      if (onError === 'ERROR') failed('JSON_VALUE', reason)
      return onError === 'DEFAULT' ? errorDefault : null
    },
})

const jsonQuery = scalar({
  names: ['JSON_QUERY'],
  parameters: [take.string, take.string],
  optional: [take.string, take.string, take.string],
  signatures: [
    'JSON_QUERY(<STRING>, <PATH> [RETURNING STRING | ARRAY<STRING>] [WITH WRAPPER] [NULL | ERROR | EMPTY ARRAY | EMPTY OBJECT ON EMPTY] [... ON ERROR])',
  ],
  result: (_, { returning, constants }) => {
    if (returning === undefined || isString(returning)) return types.string()
    const objects = constants[3] === 'EMPTY OBJECT' || constants[4] === 'EMPTY OBJECT'
    return returning.kind === 'ARRAY' && isString(returning.element) && !objects ? returning : null
  },
  nullable: 'always',
  bind:
    ({ type }) =>
    (text: string, path: string, wrapper = 'WITHOUT', onEmpty: Behaviour = 'NULL', onError: Behaviour = 'NULL') => {
      const made = (value: Json): Value => (type.kind === 'ARRAY' ? textsOf(value) : jsonText(value))
      const instead = (behaviour: Behaviour, reason: string): Value => {
        if (behaviour === 'ERROR') failed('JSON_QUERY', reason)
        return behaviour === 'EMPTY ARRAY' ? made([]) : behaviour === 'EMPTY OBJECT' ? '{}' : null
      }
      const found = look(text, path)
      if ('error' in found) return instead(onError, found.error)
      if (found.value === null) return instead(onEmpty, 'the path finds nothing')
      const isArray = Array.isArray(found.value)
      const value: Json = wrapper === 'UNCONDITIONAL' || (wrapper === 'CONDITIONAL' && !isArray) ? [found.value] : found.value
      if (!isScalarJson(value)) return made(value)
      return found.lax
        ? instead(onEmpty, 'the path finds a scalar')
        : instead(onError, 'the path finds a scalar where an array or an object is wanted')
    },
})

function textsOf(value: Json): Value {
  if (!Array.isArray(value)) return null
  return (value as readonly Json[]).map((one) => (one === null ? null : typeof one === 'string' ? one : jsonText(one)))
}

const jsonExists = scalar({
  names: ['JSON_EXISTS'],
  parameters: [take.string, take.string],
  optional: [take.string],
  signatures: ['JSON_EXISTS(<STRING>, <PATH> [TRUE | FALSE | UNKNOWN | ERROR ON ERROR])'],
  result: types.boolean(),
  nullable: 'always',
  run: (text: string, path: string, onError = 'FALSE') => {
    const found = look(text, path)
    if (!('error' in found)) return found.value !== null
    if (onError === 'ERROR') failed('JSON_EXISTS', found.error)
    return onError === 'UNKNOWN' ? null : onError === 'TRUE'
  },
})

function isJson(kind: string, fits: (value: Json) => boolean): ScalarFunction {
  return scalar({
    names: [`IS JSON ${kind}`, ...(kind === 'VALUE' ? ['IS JSON'] : [])],
    parameters: [take.string],
    signatures: [`<STRING> IS JSON [${kind}]`],
    result: types.boolean(),
    nullable: 'never',
    nulls: 'own',
    run: (text: Value) => {
      if (text === null) return false
      const parsed = parseJson(text as string)
      return 'value' in parsed && fits(parsed.value)
    },
  })
}

/** JSON values stand in JSON_OBJECT and JSON_ARRAY as they are; other texts are quoted. */
const makers = new Set(['JSON', 'JSON_OBJECT', 'JSON_ARRAY'])

function members(shape: CallShape, from: number): ((value: Value, position: number) => Json)[] {
  return shape.args.map((type, position) => {
    if (position < from) return () => null
    if (makers.has(shape.calls[position] ?? '')) return (value) => rawJson(value as string)
    return jsonOf(type)
  })
}

function rawJson(text: string): Json {
  if (text.trim() === '') return null
  const parsed = parseJson(text)
  return 'error' in parsed ? failed('JSON', `invalid JSON: ${parsed.error}`) : parsed.value
}

/** Quotes a text as a JSON string, in ASCII. */
const quote = (text: string): string =>
  JSON.stringify(text)
    .replaceAll('/', '\\/')
    .replace(/[\u007f-\uffff]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)

const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', '"': '"', '\\': '\\', '/': '/' }

/** The text between quotes, its escapes undone; what has no quotes around it, or a wrong escape, stays as it is. */
function unquote(text: string): string {
  if (text.length < 2 || !text.startsWith('"') || !text.endsWith('"')) return text
  let wrong = false
  const inner = text.slice(1, -1).replace(/\\(?:u([0-9a-fA-F]{4})|(.?))/g, (_all, code: string | undefined, one: string | undefined) => {
    if (code !== undefined) return String.fromCharCode(Number.parseInt(code, 16))
    wrong ||= escapes[one ?? ''] === undefined
    return escapes[one ?? ''] ?? ''
  })
  return wrong ? text : inner
}

export const jsonFunctions: readonly ScalarFunction[] = [
  scalar({ names: ['JSON_QUOTE'], parameters: [take.string], result: types.string(), run: quote }),
  scalar({ names: ['JSON_UNQUOTE'], parameters: [take.string], result: types.string(), run: unquote }),
  jsonValue,
  jsonQuery,
  jsonExists,
  isJson('VALUE', () => true),
  isJson('SCALAR', isScalarJson),
  isJson('ARRAY', (value) => Array.isArray(value)),
  isJson('OBJECT', (value) => value instanceof Map),
  scalar({
    names: ['JSON'],
    parameters: [take.string],
    result: types.string(),
    run: (text: string) => (text.trim() === '' ? null : jsonText(rawJson(text))),
  }),
  scalar({
    names: ['JSON_STRING'],
    parameters: [take.any],
    result: types.string(),
    bind: ({ args }) => {
      const make = jsonOf(args[0] as LogicalType)
      return (value: Value) => jsonText(make(value))
    },
  }),
  scalar({
    names: ['JSON_OBJECT'],
    parameters: [take.string],
    rest: take.any,
    signatures: ['JSON_OBJECT([KEY <STRING> VALUE <ANY>, ...] [NULL | ABSENT ON NULL])'],
    together: (args) => (args.length % 2 === 1 ? args : null),
    result: types.string(),
    nullable: 'never',
    nulls: 'own',
    bind: (shape) => {
      const make = members(shape, 1)
      return (onNull: Value, ...pairs: Value[]) => {
        const object = new Map<string, Json>()
        for (let at = 0; at < pairs.length; at += 2) {
          const value = pairs[at + 1] as Value
          const json = value === null ? null : (make[at + 2] as (value: Value, position: number) => Json)(value, at)
          if (json !== null || onNull === 'NULL') object.set(String(pairs[at]), json)
        }
        return jsonText(object)
      }
    },
  }),
  scalar({
    names: ['JSON_ARRAY'],
    parameters: [take.string],
    rest: take.any,
    signatures: ['JSON_ARRAY([<ANY>, ...] [NULL | ABSENT ON NULL])'],
    result: types.string(),
    nullable: 'never',
    nulls: 'own',
    bind: (shape) => {
      const make = members(shape, 1)
      return (onNull: Value, ...values: Value[]) => {
        const items = values.map((value, at) =>
          value === null ? null : (make[at + 1] as (value: Value, position: number) => Json)(value, at),
        )
        return jsonText(onNull === 'NULL' ? items : items.filter((item) => item !== null))
      }
    },
  }),
]
