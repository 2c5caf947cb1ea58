import { isBytes, isString, type LogicalType, stringLengthMax, types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { commonType } from '../common-type.ts'
import type { ScalarFunction } from '../function.ts'
import { type Definition, scalar, take } from '../signature.ts'
import { fitText, lengthInCharacters } from './cast-text.ts'
import { characters, checkLength, initcap, instr, locate, overlay, pad, splitBy, substring, translate, trim } from './string-parts.ts'

const lengthOf = (type: LogicalType | undefined): number => (type !== undefined && 'length' in type ? type.length : stringLengthMax)
/** A VARCHAR as long as the first argument. */
const varcharOfFirst = ([a]: readonly LogicalType[]): LogicalType => types.varchar(lengthOf(a))

function mapped(names: readonly string[], run: (text: string) => string): ScalarFunction {
  return scalar({
    names,
    parameters: [take.string],
    result: ([a]) => a as LogicalType,
    bind: ({ type }) => (type.kind === 'CHAR' ? (text: string) => fitText(run(text), type) : run),
  })
}

function trimmed(name: string, side: string): ScalarFunction {
  return scalar({
    names: [name],
    parameters: [take.string],
    optional: [take.string],
    result: varcharOfFirst,
    run: (text: string, set: string = ' ') => trim(text, side, set),
  })
}

const concatType = ([a, b]: readonly LogicalType[]): LogicalType | null => {
  if (a === undefined || b === undefined) return null
  const length = Math.min(stringLengthMax, lengthOf(a) + lengthOf(b))
  if (isBytes(a)) return a.kind === 'BINARY' && b.kind === 'BINARY' ? types.binary(length) : types.varbinary(length)
  return a.kind === 'CHAR' && b.kind === 'CHAR' ? types.char(length) : types.varchar(length)
}

const startsOrEnds = (name: string, text: (text: string, part: string) => boolean, ends: boolean): Definition => ({
  names: [name],
  parameters: [take.stringOrBytes, take.stringOrBytes],
  signatures: [`${name}(<STRING>, <STRING>)`, `${name}(<BYTES>, <BYTES>)`],
  together: (args) => (isString(args[0] as LogicalType) === isString(args[1] as LogicalType) ? args : null),
  result: types.boolean(),
  run: (a: string | Uint8Array, b: string | Uint8Array) => {
    if (typeof a === 'string') return text(a, b as string)
    const at = ends ? a.length - b.length : 0
    return at >= 0 && (b as Uint8Array).every((byte, offset) => a[at + offset] === byte)
  },
})

const joinBytes = (a: Uint8Array, b: Uint8Array): Uint8Array => {
  const joined = new Uint8Array(a.length + b.length)
  joined.set(a)
  joined.set(b, a.length)
  return joined
}

export const stringFunctions: readonly ScalarFunction[] = [
  mapped(['UPPER', 'UCASE'], (text) => text.toUpperCase()),
  mapped(['LOWER', 'LCASE'], (text) => text.toLowerCase()),
  mapped(['INITCAP'], initcap),
  scalar({ names: ['CHAR_LENGTH', 'CHARACTER_LENGTH', 'LENGTH'], parameters: [take.string], result: types.int(), run: lengthInCharacters }),
  scalar({
    names: ['SUBSTRING', 'SUBSTR'],
    parameters: [take.string, take.int],
    optional: [take.int],
    result: varcharOfFirst,
    nullable: 'always',
    run: substring,
  }),
  scalar({
    names: ['LEFT'],
    parameters: [take.string, take.int],
    result: varcharOfFirst,
    nullable: 'always',
    run: (text: string, count: number) => (count <= 0 ? '' : characters(text).slice(0, count).join('')),
  }),
  scalar({
    names: ['RIGHT'],
    parameters: [take.string, take.int],
    result: varcharOfFirst,
    nullable: 'always',
    run: (text: string, count: number) => (count <= 0 ? '' : characters(text).slice(-count).join('')),
  }),
  trimmed('LTRIM', 'LEADING'),
  trimmed('RTRIM', 'TRAILING'),
  scalar({
    names: ['TRIM'],
    parameters: [take.string],
    signatures: ['TRIM(<STRING>)', 'TRIM([BOTH | LEADING | TRAILING] <STRING> FROM <STRING>)'],
    result: varcharOfFirst,
    run: (text: string) => trim(text, 'BOTH', ' '),
  }),
  scalar({
    names: ['TRIM'],
    parameters: [take.string, take.string, take.string],
    signatures: [],
    result: (args) => varcharOfFirst(args.slice(2)),
    run: (side: string, set: string, text: string) => trim(text, side, set),
  }),
  scalar({
    names: ['BTRIM'],
    parameters: [take.string],
    optional: [take.string],
    result: types.string(),
    run: (text: string, set: string = ' ') => trim(text, 'BOTH', set),
  }),
  scalar({
    names: ['||'],
    parameters: [take.stringOrBytes, take.stringOrBytes],
    signatures: ['<STRING> || <STRING>', '<BYTES> || <BYTES>'],
    together: (args) => (isString(args[0] as LogicalType) === isString(args[1] as LogicalType) ? args : null),
    result: concatType,
    bind: ({ args }) => (isString(args[0] as LogicalType) ? (a: string, b: string) => a + b : joinBytes),
    emit: ({ args }, [a, b]) => (isString(args[0] as LogicalType) ? { value: `(${a} + ${b})` } : null),
  }),
  scalar({
    names: ['CONCAT'],
    parameters: [take.string],
    rest: take.string,
    result: types.string(),
    run: (...parts: string[]) => parts.join(''),
  }),
  scalar({
    names: ['CONCAT_WS'],
    parameters: [take.string, take.string],
    rest: take.string,
    result: types.string(),
    nulls: 'own',
    run: (separator: Value, ...parts: Value[]) =>
      separator === null ? null : parts.filter((part) => part !== null).join(separator as string),
  }),
  scalar({
    names: ['POSITION'],
    parameters: [take.string, take.string],
    signatures: ['POSITION(<STRING> IN <STRING>)'],
    result: types.int(),
    run: (wanted: string, text: string) => locate(wanted, text),
  }),
  scalar({ names: ['LOCATE'], parameters: [take.string, take.string], optional: [take.int], result: types.int(), run: locate }),
  scalar({ names: ['INSTR'], parameters: [take.string, take.string], optional: [take.int, take.int], result: types.int(), run: instr }),
  scalar({
    names: ['REPLACE'],
    parameters: [take.string, take.string, take.string],
    result: types.string(),
    run: (text: string, from: string, to: string) =>
      from === ''
        ? `${to}${characters(text)
            .map((one) => one + to)
            .join('')}`
        : text.replaceAll(from, () => to),
  }),
  scalar({
    names: ['OVERLAY'],
    parameters: [take.string, take.string, take.int],
    optional: [take.int],
    signatures: ['OVERLAY(<STRING> PLACING <STRING> FROM <INT> [FOR <INT>])'],
    result: ([a, b]) => types.varchar(Math.min(stringLengthMax, lengthOf(a) + lengthOf(b))),
    run: overlay,
  }),
  scalar({
    names: ['LPAD'],
    parameters: [take.string, take.int, take.string],
    result: types.string(),
    run: (text: string, length: number, filling: string) => pad(text, length, filling, true),
  }),
  scalar({
    names: ['RPAD'],
    parameters: [take.string, take.int, take.string],
    result: types.string(),
    run: (text: string, length: number, filling: string) => pad(text, length, filling, false),
  }),
  scalar({
    names: ['REPEAT'],
    parameters: [take.string, take.int],
    result: types.string(),
    run: (text: string, count: number) => {
      if (count <= 0) return ''
      checkLength('REPEAT', text.length * count)
      return text.repeat(count)
    },
  }),
  scalar({
    names: ['REVERSE'],
    parameters: [take.string],
    result: types.string(),
    nullable: 'always',
    run: (text: string) => characters(text).reverse().join(''),
  }),
  scalar({
    names: ['SPLIT_INDEX'],
    parameters: [take.string, { text: '<STRING or INT>', accept: (type) => take.string.accept(type) ?? take.int.accept(type) }, take.int],
    result: types.string(),
    nullable: 'always',
    run: (text: string, separator: string | number, index: number) => {
      const by = typeof separator === 'number' ? String.fromCodePoint(separator) : separator
      if (index < 0 || text === '' || by === '' || (typeof separator === 'number' && (separator <= 0 || separator > 255))) return null
      return text.split(by)[index] ?? null
    },
  }),
  scalar({
    names: ['SPLIT'],
    parameters: [take.string, take.string],
    result: types.array(types.string()),
    run: (text: string, separator: string) => (separator === '' ? characters(text) : text.split(separator)),
  }),
  scalar({
    names: ['STR_TO_MAP'],
    parameters: [take.string],
    optional: [take.string, take.string],
    result: types.map(types.string(), types.string()),
    nullable: 'always',
    run: (text: string, list: string = ',', pair: string = '=') => {
      const map = new Map<string, string | null>()
      if (text === '') return []
      for (const part of splitBy(text, list)) {
        const [key, value] = splitBy(part, pair, 2)
        map.set(key as string, value ?? null)
      }
      return [...map]
    },
  }),
  scalar({
    names: ['TRANSLATE', 'TRANSLATE3'],
    parameters: [take.string, take.string, take.string],
    result: types.string(),
    nulls: 'own',
    run: (text: Value, from: Value, to: Value) =>
      text === null ? null : translate(text as string, from as string | null, to as string | null),
  }),
  scalar(startsOrEnds('STARTSWITH', (text, part) => text.startsWith(part), false)),
  scalar(startsOrEnds('ENDSWITH', (text, part) => text.endsWith(part), true)),
  scalar({
    names: ['ASCII'],
    parameters: [take.string],
    result: types.int(),
    run: (text: string) => Buffer.from(text.slice(0, 2))[0] ?? 0,
  }),
  scalar({
    names: ['CHR'],
    parameters: [take.bigint],
    result: types.string(),
    nullable: 'always',
    run: (code: bigint) => (code < 0n ? '' : String.fromCharCode(Number(code & 255n))),
  }),
  scalar({
    names: ['ELT'],
    parameters: [take.integer, take.stringOrBytes],
    rest: take.stringOrBytes,
    together: ([index, ...args], { constants }) => {
      if (Number(constants[0]) < 0) return null
      const common = commonType(args)
      return common === null ? null : [index as LogicalType, ...args]
    },
    result: ([, ...args]) => commonType(args),
    nullable: 'always',
    nulls: 'own',
    run: (index: Value, ...args: Value[]) => (index === null ? null : (args[Number(index) - 1] ?? null)),
  }),
]
