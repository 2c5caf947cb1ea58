import { isApproximate, type LogicalType, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { decimalText } from '../text/decimal.ts'
import { doubleText, floatText } from '../text/double-text.ts'
import { isoText } from './json-make.ts'

/** Java's String.format, for what rows hold: `%[flags][width][.precision]conversion` with s, d, f, e, x, o, b, c, n and %. */
const directive = /%(?:(\d+)\$)?([-#+ 0,(]*)(\d+)?(?:\.(\d+))?([a-zA-Z%])/g

class FormatError extends Error {}

/** Null where Java throws: a wrong conversion, too few arguments. */
function printf(types: readonly LogicalType[], format: string, values: readonly Value[]): string | null {
  let next = 0
  try {
    return format.replace(
      directive,
      (_all, position: string | undefined, flags: string, width: string | undefined, precision: string | undefined, conversion: string) => {
        if (conversion === 'n') return '\n'
        if (conversion === '%') return padded('%', flags, width)
        const at = position === undefined ? next++ : Number(position) - 1
        if (at >= values.length) throw new FormatError()
        return one(
          values[at] as Value,
          types[at] as LogicalType,
          flags,
          width,
          precision === undefined ? undefined : Number(precision),
          conversion,
        )
      },
    )
  } catch (failure) {
    if (failure instanceof FormatError) return null
    throw failure
  }
}

function one(
  value: Value,
  type: LogicalType,
  flags: string,
  width: string | undefined,
  precision: number | undefined,
  conversion: string,
): string {
  const lower = conversion.toLowerCase()
  const cased = (text: string): string => (conversion === lower ? text : text.toUpperCase())
  if (lower === 'b') return cased(padded(String(value !== null && value !== false), flags, width))
  if (value === null) return cased(padded('null'.slice(0, precision), flags, width))
  if (lower === 's') return cased(padded(plainText(value, type).slice(0, precision), flags, width))
  if (lower === 'c' && typeof value === 'number') return cased(padded(String.fromCodePoint(value), flags, width))
  const isWhole = typeof value === 'bigint' ? type.kind === 'BIGINT' : typeof value === 'number' && !isApproximate(type)
  if (isWhole && lower === 'd') return numberText(String(value), flags, width)
  if (isWhole && (lower === 'x' || lower === 'o')) {
    const bits = type.kind === 'BIGINT' ? 64 : 32
    const unsigned = BigInt.asUintN(bits, BigInt(value as number | bigint))
    return cased(padded(unsigned.toString(lower === 'x' ? 16 : 8), flags, width, true))
  }
  const real = type.kind === 'DECIMAL' ? Number(value) / 10 ** type.scale : isApproximate(type) ? (value as number) : undefined
  if (real === undefined) throw new FormatError()
  if (lower === 'f') return numberText(real.toFixed(precision ?? 6), flags, width)
  if (lower === 'e') return cased(numberText(real.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2'), flags, width))
  throw new FormatError()
}

function numberText(text: string, flags: string, width: string | undefined): string {
  const negative = text.startsWith('-')
  let digits = negative ? text.slice(1) : text
  if (flags.includes(',')) digits = digits.replace(/\B(?=(\d{3})+(?!\d))/, ',').replace(/(\d)(?=(\d{3})+(?:\.|$))/g, '$1,')
  const sign = negative ? (flags.includes('(') ? '(' : '-') : flags.includes('+') ? '+' : flags.includes(' ') ? ' ' : ''
  const end = negative && flags.includes('(') ? ')' : ''
  const missing = Math.max(0, Number(width ?? 0) - sign.length - digits.length - end.length)
  if (flags.includes('0')) return sign + '0'.repeat(missing) + digits + end
  return padded(sign + digits + end, flags, width)
}

function padded(text: string, flags: string, width: string | undefined, zeros = false): string {
  const length = Number(width ?? 0)
  if (flags.includes('-')) return text.padEnd(length)
  return text.padStart(length, zeros && flags.includes('0') ? '0' : ' ')
}

/** As Java prints the value that Flink hands over: dates and times are numbers there. */
function plainText(value: Value, type: LogicalType): string {
  switch (type.kind) {
    case 'DOUBLE':
      return doubleText(value as number)
    case 'FLOAT':
      return floatText(value as number)
    case 'DECIMAL':
      return decimalText(value as bigint, type.scale)
    case 'TIMESTAMP':
    case 'TIMESTAMP_LTZ':
      return isoText(value as bigint).replace(/:00$/, '')
    default:
      return String(value)
  }
}

export const printfFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['PRINTF'],
    parameters: [take.string],
    rest: take.any,
    signatures: ['PRINTF(<STRING>, <ANY>...)'],
    result: types.string(),
    nullable: 'always',
    nulls: 'own',
    bind: ({ args }) => {
      const given = args.slice(1)
      return (format: Value, ...values: Value[]) => (format === null ? null : printf(given, format as string, values))
    },
  }),
]
