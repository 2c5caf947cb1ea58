import type { Random } from '../base/ports.ts'
import { columnOf } from './builder.ts'
import type { Column } from './column.ts'
import { type LogicalType, type RowField, types } from './types.ts'
import type { Value } from './value.ts'

/** Seeded types, values and columns for property tests: every layout, nulls, edges of ranges. */

export function sampleType(random: Random, depth = 2): LogicalType {
  const nullable = random.int(4) > 0
  const scalars: readonly (() => LogicalType)[] = [
    () => types.boolean(nullable),
    () => types.tinyint(nullable),
    () => types.smallint(nullable),
    () => types.int(nullable),
    () => types.bigint(nullable),
    () => types.float(nullable),
    () => types.double(nullable),
    () => types.decimal(1 + random.int(15), 0, nullable),
    () => types.decimal(18, 4, nullable),
    () => types.decimal(38, 10, nullable),
    () => types.date(nullable),
    () => types.time(3, nullable),
    () => types.timestamp(3, nullable),
    () => types.timestampLtz(6, nullable),
    () => types.timestamp(9, nullable),
    () => types.string(nullable),
    () => types.string(nullable),
    () => types.bytes(nullable),
  ]
  const nested: readonly (() => LogicalType)[] = [
    () => types.array(sampleType(random, depth - 1), nullable),
    () => types.map(types.string(false), sampleType(random, depth - 1), nullable),
    () => types.row(sampleFields(random, 1 + random.int(3), depth - 1), nullable),
    () => types.multiset(types.int(false), nullable),
  ]
  const choices = depth > 0 ? [...scalars, ...nested] : scalars
  return (choices[random.int(choices.length)] as () => LogicalType)()
}

export function sampleFields(random: Random, count: number, depth = 2): RowField[] {
  return Array.from({ length: count }, (_, position) => ({ name: `f${position}`, type: sampleType(random, depth) }))
}

export function sampleValue(random: Random, type: LogicalType): Value {
  if (type.nullable && random.int(5) === 0) return null
  const pick = <T>(values: readonly T[]): T => values[random.int(values.length)] as T
  const int64 = (bits: number): bigint => {
    const high = BigInt(random.int(2 ** 32)) << 32n
    return BigInt.asIntN(64, high | BigInt(random.int(2 ** 32))) >> BigInt(64 - bits)
  }
  switch (type.kind) {
    case 'NULL':
      return null
    case 'BOOLEAN':
      return random.int(2) === 1
    case 'TINYINT':
      return random.int(256) - 128
    case 'SMALLINT':
      return random.int(65_536) - 32_768
    case 'INT':
    case 'INTERVAL_YEAR_MONTH':
      return random.int(2 ** 32) - 2 ** 31
    case 'DATE':
      return random.int(60_000) - 20_000
    case 'TIME':
      return random.int(86_400_000)
    case 'FLOAT':
      return Math.fround(pick([0, -1.5, random.next() * 1e6, 3.4e38]))
    case 'DOUBLE':
      return pick([0, -1.5, random.next() * 1e6, 1e300, -5e-324, Number.MAX_SAFE_INTEGER])
    case 'BIGINT':
    case 'INTERVAL_DAY_TIME':
      return pick([0n, int64(32), int64(53), -int64(20), random.int(20) === 0 ? int64(64) : 7n])
    case 'DECIMAL':
      return type.precision <= 15 ? int64(4) : type.precision <= 18 ? int64(60) / 2n : int64(64) * int64(50)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const unit = 10n ** BigInt(9 - (type.precision <= 3 ? 3 : type.precision <= 6 ? 6 : 9))
      return (pick([0n, 1_700_000_000_123_456_789n, -1n, int64(61)]) / unit) * unit
    }
    case 'CHAR':
    case 'VARCHAR':
      return pick(['', 'a', 'BR', 'São Paulo', '😀', 'x'.repeat(random.int(60)), String(random.int(1000))])
    case 'BINARY':
    case 'VARBINARY':
      return random.bytes(random.int(20))
    case 'ARRAY':
      return Array.from({ length: random.int(4) }, () => sampleValue(random, type.element))
    case 'MAP':
      return Array.from({ length: random.int(4) }, (_, index) => [`k${index}`, sampleValue(random, type.value)])
    case 'MULTISET':
      return Array.from({ length: random.int(4) }, (_, index) => [index, 1 + random.int(3)])
    case 'ROW':
      return type.fields.map((field) => sampleValue(random, field.type))
  }
}

/** A column of these values; strings sometimes as a dictionary, so that both layouts are met. */
export function sampleColumn(random: Random, type: LogicalType, values: readonly Value[]): Column {
  const column = columnOf(type, values)
  if (column.layout !== 'bytes' || random.int(2) === 0) return column
  const key = (value: Value): string => (value instanceof Uint8Array ? `b${value.join()}` : `s${String(value)}`)
  const entries = new Map<string, Value>()
  for (const value of values) if (value !== null) entries.set(key(value), value)
  const order = [...entries.keys()]
  const dictionary = columnOf(type, [...entries.values()])
  if (dictionary.layout !== 'bytes') return column
  const ids = Int32Array.from(values, (value) => Math.max(0, order.indexOf(key(value))))
  return { type, length: values.length, validity: column.validity, layout: 'dictionary', ids, dictionary }
}
