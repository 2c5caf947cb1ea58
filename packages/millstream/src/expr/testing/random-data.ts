import type { Random } from '../../base/ports.ts'
import { Batch } from '../../data/batch.ts'
import { bytesColumn, columnOf, validityOf } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { Schema } from '../../data/schema.ts'
import { isString, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'

/** Types that random tests draw from: each layout at least once. */
export const sampleTypes: readonly LogicalType[] = [
  types.boolean(),
  types.tinyint(),
  types.smallint(),
  types.int(),
  types.bigint(),
  types.float(),
  types.double(),
  types.decimal(8, 2),
  types.decimal(18, 4),
  types.decimal(30, 6),
  types.date(),
  types.time(),
  types.timestamp(3),
  types.timestamp(6),
  types.timestamp(9),
  types.timestampLtz(3),
  types.intervalDayTime(),
  types.intervalYearMonth(),
  types.string(),
  types.char(3),
  types.bytes(),
  types.array(types.int()),
]

const texts = [
  '',
  'a',
  'abc',
  'ABC',
  'a%b',
  'straße',
  '日本',
  '😀x',
  '12',
  '-7.5',
  'true',
  '2020-01-31',
  '2020-02-30 10:00:00',
  ' x ',
  'a_c',
  '{"a":1}',
  'a,b,,c',
]
const pick = <T>(random: Random, from: readonly T[]): T => from[random.int(from.length)] as T

/** A value of a type: mostly small, sometimes at an edge. `big` allows int64 values that doubles cannot hold. */
export function randomValue(random: Random, type: LogicalType, big: boolean): Value {
  const small = random.int(21) - 10
  switch (type.kind) {
    case 'BOOLEAN':
      return random.int(2) === 1
    case 'TINYINT':
      return pick(random, [small, 127, -128])
    case 'SMALLINT':
      return pick(random, [small, 32_767, -32_768])
    case 'INT':
      return pick(random, [small, small, 1000 + small, 2_147_483_647, -2_147_483_648])
    case 'BIGINT':
      return pick(random, [
        BigInt(small),
        BigInt(small) * 1_000_003n,
        9_007_199_254_740_991n,
        ...(big ? [9_223_372_036_854_775_807n, -9_223_372_036_854_775_808n] : []),
      ])
    case 'FLOAT':
      return Math.fround(pick(random, [small, small / 3, 1e20, -0, Number.NaN, Number.POSITIVE_INFINITY]))
    case 'DOUBLE':
      return pick(random, [small, small / 3, 1.5e300, -0, 123456.789, Number.NaN, Number.NEGATIVE_INFINITY])
    case 'DECIMAL':
      return pick(random, [BigInt(small), BigInt(small) * 37n, 10n ** BigInt(Math.min(type.precision, big ? 38 : 15)) - 1n])
    case 'DATE':
      return pick(random, [small, 18_292, -800, 0])
    case 'TIME':
      return random.int(86_400) * 1000
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ': {
      const unit = 10n ** BigInt(9 - type.precision)
      return (
        (pick(random, [0n, 1_580_428_799_123_456_789n, -1_500_000_000n, BigInt(small) * 86_400_000_000_000n, 1_600_000_000_000_000_000n]) /
          unit) *
        unit
      )
    }
    case 'INTERVAL_DAY_TIME':
      return pick(random, [0n, 1500n, BigInt(small) * 3_600_000n])
    case 'INTERVAL_YEAR_MONTH':
      return small
    case 'CHAR':
      return pick(random, ['abc', 'a  ', 'ABC', '日本x'])
    case 'VARCHAR':
      return pick(random, texts)
    case 'BINARY':
    case 'VARBINARY':
      return random.bytes(random.int(5))
    case 'ARRAY':
      return Array.from({ length: random.int(4) }, () => (random.int(4) === 0 ? null : randomValue(random, type.element, big)))
    default:
      return null
  }
}

/** One column of each type, some without nulls, strings as bytes or as a dictionary; sometimes a part of a larger batch. */
export function randomBatch(random: Random, columnTypes: readonly LogicalType[], rowCount: number): Batch {
  const before = random.int(2) * random.int(12)
  return wholeBatch(random, columnTypes, before + rowCount).slice(before, before + rowCount)
}

function wholeBatch(random: Random, columnTypes: readonly LogicalType[], rowCount: number): Batch {
  const big = random.int(4) === 0
  const columns = columnTypes.map((type) => {
    const withNulls = type.nullable && random.int(3) > 0
    const values = Array.from({ length: rowCount }, () => (withNulls && random.int(4) === 0 ? null : randomValue(random, type, big)))
    return isString(type) && random.int(2) === 0 ? dictionaryOf(type, values) : columnOf(type, values)
  })
  return new Batch(new Schema(columnTypes.map((type, at) => ({ name: `c${at}`, type }))), rowCount, columns)
}

function dictionaryOf(type: LogicalType, values: readonly Value[]): Column {
  const entries = [...new Set(values.filter((value) => value !== null)), 'unused']
  const ids = Int32Array.from(values, (value) => Math.max(0, entries.indexOf(value as string)))
  return { type, length: values.length, validity: validityOf(values), layout: 'dictionary', ids, dictionary: bytesColumn(type, entries) }
}
