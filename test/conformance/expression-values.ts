import { seededRandom } from '../../packages/millstream/src/base/simulated/random.ts'
import { Batch } from '../../packages/millstream/src/data/batch.ts'
import { Schema } from '../../packages/millstream/src/data/schema.ts'
import { type LogicalType, types } from '../../packages/millstream/src/data/types.ts'
import type { Value } from '../../packages/millstream/src/data/value.ts'
import type { Expression } from '../../packages/millstream/src/expr/expression.ts'
import type { Env } from '../../packages/millstream/src/expr/function.ts'
import { interpret } from '../../packages/millstream/src/expr/interpret.ts'
import { type Mode, projection } from '../../packages/millstream/src/expr/projection.ts'

/** What a harness of expressions needs: values from the vectors' JSON and back, and one row through both evaluators. */

export const newEnv = (zone = 'UTC'): Env => ({ nowMs: 1_577_934_245_000, zone })

/** A value by the vectors' untagged JSON: times, bytes and decimals are text; a text that is none is read by CAST. */
export function valueFromJson(type: LogicalType, json: unknown, zone = 'UTC'): Value {
  if (json === null || json === undefined) return null
  switch (type.kind) {
    case 'BOOLEAN':
      return json as boolean
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
      return Number(json)
    case 'FLOAT':
      return Math.fround(Number(json))
    case 'DOUBLE':
      return Number(json)
    case 'BIGINT':
      return BigInt(json as number | string)
    case 'CHAR':
      return String(json).padEnd(type.length)
    case 'VARCHAR':
      return String(json)
    case 'BINARY':
    case 'VARBINARY': {
      const bytes = Buffer.from(String(json), 'hex')
      return new Uint8Array(type.kind === 'BINARY' ? Buffer.concat([bytes, Buffer.alloc(type.length)], type.length) : bytes)
    }
    case 'INTERVAL_YEAR_MONTH':
      return typeof json === 'number' ? json : durationOf(String(json)).months
    case 'INTERVAL_DAY_TIME':
      return typeof json === 'number' ? BigInt(json) : BigInt(durationOf(String(json)).ms)
    case 'ARRAY':
      return (json as unknown[]).map((one) => valueFromJson(type.element, one, zone))
    case 'MAP':
      return pairsOf(json).map(([key, value]) => [valueFromJson(type.key, key, zone), valueFromJson(type.value, value, zone)])
    case 'MULTISET':
      return pairsOf(json).map(([key, count]) => [valueFromJson(type.element, key, zone), Number(count)])
    case 'ROW': {
      const values = Array.isArray(json) ? json : type.fields.map((field) => (json as Record<string, unknown>)[field.name])
      return type.fields.map((field, at) => valueFromJson(field.type, values[at], zone))
    }
    default: {
      const text = String(json)
      const from: Expression = { kind: 'literal', value: text.replace('T', ' ').replace(/Z$/, ''), type: types.string(false) }
      // An instant is in UTC; a wall time that stands for one is of the session's zone.
      return interpret({ kind: 'call', function: 'CAST', args: [from], type }, [], newEnv(text.endsWith('Z') ? 'UTC' : zone))
    }
  }
}

const pairsOf = (json: unknown): readonly (readonly [unknown, unknown])[] =>
  Array.isArray(json) ? (json as [unknown, unknown][]) : Object.entries(json as object)

const durationForm = /^(-?)P(?:(-?\d+)Y)?(?:(-?\d+)M)?(?:(-?\d+)D)?(?:T(?:(-?\d+)H)?(?:(-?\d+)M)?(?:(-?[\d.]+)S)?)?$/

function durationOf(text: string): { readonly months: number; readonly ms: number } {
  const match = durationForm.exec(text)
  if (match === null) throw new Error(`no duration: ${text}`)
  const [sign, years, months, days, hours, minutes, seconds] = match.slice(1).map((part) => (part === '-' ? -1 : Number(part ?? 0) || 0))
  const by = sign === -1 ? -1 : 1
  const ms = (days as number) * 86_400_000 + (hours as number) * 3_600_000 + (minutes as number) * 60_000 + (seconds as number) * 1000
  return { months: by * ((years as number) * 12 + (months as number)), ms: Math.round(by * ms) }
}

/** The value of an expression over one row, compiled and interpreted; throws when the two differ. */
export function evaluateBoth(expression: Expression, schema: Schema, row: readonly Value[], env: Env): Value {
  const batch = Batch.of(schema, [row])
  const output = new Schema([{ name: 'v', type: expression.type }])
  const run = (mode: Mode): Value =>
    projection([expression], output, { mode, env: { ...env, random: seededRandom(1) } })
      .run(batch)
      .rows()[0]?.[0] ?? null
  const [interpreted, compiled] = [run('interpreted'), run('compiled')]
  if (!equal(interpreted, compiled)) throw new Error(`compiled ${show(compiled)}, interpreted ${show(interpreted)}`)
  return interpreted
}

export function equal(a: Value, b: Value): boolean {
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((one, at) => equal(one, b[at] as Value))
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.from(a).equals(b)
  if (typeof a === 'number' && typeof b === 'number') return a === b || (Number.isNaN(a) && Number.isNaN(b)) || near(a, b)
  return a === b
}

/** Elementary functions may differ in the last bit between libraries. */
const near = (a: number, b: number): boolean => Math.abs(a - b) <= 4e-16 * Math.max(Math.abs(a), Math.abs(b))

export function show(value: unknown): string {
  return (
    JSON.stringify(value, (_, one) =>
      typeof one === 'bigint' ? `${one}n` : one instanceof Uint8Array ? Buffer.from(one).toString('hex') : one,
    ) ?? 'undefined'
  )
}

/** Maps and multisets have no order. */
export function sortedByKey(type: LogicalType, value: Value): Value {
  if (value === null) return null
  if (type.kind === 'ARRAY') return (value as Value[]).map((one) => sortedByKey(type.element, one))
  if (type.kind === 'ROW') return (value as Value[]).map((one, at) => sortedByKey(type.fields[at]?.type as LogicalType, one))
  if (type.kind !== 'MAP' && type.kind !== 'MULTISET') return value
  return [...(value as Value[])].sort((a, b) => (show(a) < show(b) ? -1 : 1))
}
