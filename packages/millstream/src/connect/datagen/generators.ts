import { errors } from '../../base/errors.ts'
import type { Ports, Random } from '../../base/ports.ts'
import { type LogicalType, type RowField, typeText } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { TableOptions } from '../table-options.ts'

export interface Generator {
  /** Rows after which the column has no more values; null: never. */
  readonly rowsMax: number | null
  value(row: number, nowMs: number): Value
}

/** The generator of a column, by its `fields.NAME.*` options. Defaults are Flink's: random over the type's range, strings of 100 characters. */
export function generatorOf(field: RowField, options: TableOptions, ports: Pick<Ports, 'random'>): Generator {
  const option = (name: string): string => `fields.${field.name}.${name}`
  if (options.oneOf(option('kind'), ['random', 'sequence'], 'random') === 'sequence') {
    const start = options.number(option('start')) ?? 0
    const end = options.number(option('end')) ?? Number.MAX_SAFE_INTEGER
    return { rowsMax: end - start + 1, value: (row) => fromNumber(field.type, start + row) }
  }
  const nullRate = options.number(option('null-rate')) ?? 0
  const draw = randomOf(field, ports.random, {
    min: options.number(option('min')),
    max: options.number(option('max')),
    length: options.number(option('length')) ?? 100,
    maxPastMs: options.durationMs(option('max-past')) ?? 0,
  })
  const { random } = ports
  return { rowsMax: null, value: (_row, nowMs) => (nullRate > 0 && random.next() < nullRate ? null : draw(nowMs)) }
}

interface Bounds {
  readonly min: number | null
  readonly max: number | null
  readonly length: number
  readonly maxPastMs: number
}

function randomOf(field: RowField, random: Random, bounds: Bounds): (nowMs: number) => Value {
  const { type } = field
  switch (type.kind) {
    case 'BOOLEAN':
      return () => random.int(2) === 1
    case 'TINYINT':
    case 'SMALLINT':
    case 'INT':
    case 'BIGINT':
    case 'FLOAT':
    case 'DOUBLE':
    case 'DECIMAL': {
      const [least, most] = rangeOf(type)
      const min = bounds.min ?? least
      const max = bounds.max ?? most
      return () => fromNumber(type, min + random.next() * (max - min + (type.kind === 'FLOAT' || type.kind === 'DOUBLE' ? 0 : 1)))
    }
    case 'CHAR':
    case 'VARCHAR': {
      const length = type.kind === 'CHAR' ? type.length : Math.min(bounds.length, type.length)
      return () => hexText(random, length)
    }
    case 'BINARY':
    case 'VARBINARY':
      return () => random.bytes(Math.min(bounds.length, type.length))
    case 'DATE':
      return (nowMs) => Math.floor(nowMs / 86_400_000)
    case 'TIME':
      return (nowMs) => Math.floor(nowMs) % 86_400_000
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return (nowMs) => BigInt(Math.floor(nowMs - random.next() * bounds.maxPastMs)) * 1_000_000n
    default:
      throw errors.fail('MS-5000', { feature: `datagen for ${typeText(type)}` })
  }
}

function rangeOf(type: LogicalType): readonly [min: number, max: number] {
  switch (type.kind) {
    case 'TINYINT':
      return [-128, 127]
    case 'SMALLINT':
      return [-32_768, 32_767]
    case 'INT':
      return [-2_147_483_648, 2_147_483_647]
    case 'DECIMAL':
      return [0, 10 ** Math.min(15, type.precision - type.scale) - 1]
    case 'FLOAT':
    case 'DOUBLE':
      return [0, 1]
    default:
      return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER]
  }
}

function fromNumber(type: LogicalType, value: number): Value {
  switch (type.kind) {
    case 'BIGINT':
      return BigInt(Math.floor(value))
    case 'DECIMAL':
      return BigInt(Math.floor(value)) * 10n ** BigInt(type.scale)
    case 'FLOAT':
    case 'DOUBLE':
      return value
    case 'CHAR':
    case 'VARCHAR':
      return String(value)
    default:
      return Math.floor(value)
  }
}

function hexText(random: Random, length: number): string {
  let text = ''
  while (text.length < length) text += random.int(0x1_0000_0000).toString(16).padStart(8, '0')
  return text.slice(0, length)
}
