import { Option, type OptionKind } from './option.ts'
import { parseByteSize, parseDuration } from './units.ts'

const unordered = (): null => null
const number = (value: number): number => value

const option = <T>(kind: OptionKind<NonNullable<T>>): Option<T | null> => new Option<T | null>(kind)

/** Any text but the empty one. */
export const string = (): Option<string | null> =>
  option<string>({ name: 'text', read: (text) => (text === '' ? null : text), size: unordered })

/** Names separated by commas or semicolons. */
export const list = (): Option<readonly string[] | null> =>
  option<readonly string[]>({
    name: 'list, separated by commas',
    read: (text) => text.split(/[,;]/).flatMap((part) => (part.trim() === '' ? [] : [part.trim()])),
    size: unordered,
  })

export const int = (): Option<number | null> =>
  option<number>({
    name: 'whole number',
    read: (text) => (/^-?\d{1,15}$/.test(text.trim()) ? Number(text) : null),
    size: number,
  })

export const bool = (): Option<boolean | null> =>
  option<boolean>({
    name: 'true or false',
    read: (text) => (text.toLowerCase() === 'true' ? true : text.toLowerCase() === 'false' ? false : null),
    size: unordered,
    choices: ['true', 'false'],
  })

/** A size; the value is in bytes. */
export const bytes = (): Option<number | null> => option<number>({ name: 'size, e.g. 64MB', read: parseByteSize, size: number })

/** The value is in milliseconds. */
export const duration = (): Option<number | null> => option<number>({ name: 'duration, e.g. 10 min', read: parseDuration, size: number })

export const oneOf = <const T extends string>(...choices: readonly T[]): Option<T | null> =>
  option<T>({
    name: `one of ${choices.join(', ')}`,
    read: (text) => (choices.find((choice) => choice === text) ?? null) as NonNullable<T> | null,
    size: unordered,
    choices,
  })
