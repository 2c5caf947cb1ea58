import { assert } from '../base/assert.ts'
import { errors, type MillstreamError, type Place } from '../base/errors.ts'
import { near } from '../base/near.ts'
import type { Option } from './option.ts'

export type OptionSet = Readonly<Record<string, Option<unknown>>>

/** The values of a set: `{ 'rolling.size': number, path: string, compression: 'zstd' | null }`. */
export type OptionValues<S extends OptionSet> = { readonly [K in keyof S]: S[K] extends Option<infer T> ? T : never }

/** A row of the docs page. */
export interface OptionDoc {
  readonly name: string
  readonly type: string
  readonly choices: readonly string[] | null
  readonly default: string | null
  readonly required: boolean
  readonly min: string | null
  readonly max: string | null
  readonly doc: string
}

export interface Options<S extends OptionSet> {
  readonly names: readonly string[]
  readonly requiredNames: readonly string[]
  /** Everything that is wrong with what was given; `placeOf` finds where a name stands. */
  problems(given: Readonly<Record<string, string>>, placeOf?: (name: string) => Place | undefined): MillstreamError[]
  /** The values, defaults included; throws the first problem. */
  parse(given: Readonly<Record<string, string>>, placeOf?: (name: string) => Place | undefined): OptionValues<S>
  docs(): OptionDoc[]
}

/** A set of options, described once. `owner` is named in errors: `a stream`, `the connector 'filesystem'`. */
export function options<const S extends OptionSet>(owner: string, set: S): Options<S> {
  const names = Object.keys(set)
  for (const [name, option] of Object.entries(set)) checkDescription(name, option)

  const problems = (given: Readonly<Record<string, string>>, placeOf?: (name: string) => Place | undefined): MillstreamError[] => {
    const found: MillstreamError[] = []
    for (const [name, text] of Object.entries(given)) {
      if (!Object.hasOwn(set, name)) {
        found.push(errors.fail('MS-1020', { owner, option: name, near: near(name, names), known: names }, placeOf?.(name)))
        continue
      }
      const expected = misfit(set[name] as Option<unknown>, text)
      if (expected !== null) found.push(errors.fail('MS-1021', { owner, option: name, value: text, expected }, placeOf?.(name)))
    }
    for (const [name, option] of Object.entries(set)) {
      if (option.isRequired && !Object.hasOwn(given, name))
        found.push(errors.fail('MS-1022', { owner, option: name, doc: option.documentation }))
    }
    return found
  }

  return {
    names,
    requiredNames: names.filter((name) => (set[name] as Option<unknown>).isRequired),
    problems,
    parse(given, placeOf) {
      const [first] = problems(given, placeOf)
      if (first !== undefined) throw first
      const values: Record<string, unknown> = {}
      for (const [name, option] of Object.entries(set)) {
        const text = Object.hasOwn(given, name) ? given[name] : option.defaultText
        values[name] = text === null || text === undefined ? null : option.kind.read(text)
      }
      return values as OptionValues<S>
    },
    docs: () =>
      Object.entries(set).map(([name, option]) => ({
        name,
        type: option.kind.name,
        choices: option.kind.choices ?? null,
        default: option.defaultText,
        required: option.isRequired,
        min: option.minText,
        max: option.maxText,
        doc: option.documentation,
      })),
  }
}

/** What would have been right; null: the text is. */
function misfit(option: Option<unknown>, text: string): string | null {
  const { kind, minText, maxText } = option
  const value = kind.read(text)
  if (value === null) return kind.name
  const size = kind.size(value as NonNullable<unknown>)
  if (size === null) return null
  if (minText !== null && size < sizeOf(option, minText)) return `${kind.name}, at least ${minText}`
  if (maxText !== null && size > sizeOf(option, maxText)) return `${kind.name}, at most ${maxText}`
  return null
}

function sizeOf(option: Option<unknown>, text: string): number {
  const value = option.kind.read(text)
  const size = value === null ? null : option.kind.size(value as NonNullable<unknown>)
  assert(size !== null, `${text} is a bound of ${option.kind.name}`)
  return size
}

/** A description that contradicts itself is our mistake, and is found when the module loads. */
function checkDescription(name: string, option: Option<unknown>): void {
  assert(option.documentation !== '', `the option ${name} is documented`)
  if (option.minText !== null) sizeOf(option, option.minText)
  if (option.maxText !== null) sizeOf(option, option.maxText)
  if (option.defaultText !== null) assert(misfit(option, option.defaultText) === null, `the default of ${name} fits`)
}

/** The docs of a set as a Markdown table. */
export function optionTable(docs: readonly OptionDoc[]): string {
  const cell = (text: string): string => text.replaceAll('|', '\\|')
  const rows = docs.map((doc) => {
    const bounds = [doc.min === null ? '' : `at least ${doc.min}`, doc.max === null ? '' : `at most ${doc.max}`].filter(
      (text) => text !== '',
    )
    const type = [doc.type, ...bounds].join('; ')
    const otherwise = doc.required ? 'required' : doc.default === null ? '' : `\`${doc.default}\``
    return `| \`${doc.name}\` | ${cell(type)} | ${otherwise} | ${cell(doc.doc)} |`
  })
  return ['| option | type | default | what it does |', '|---|---|---|---|', ...rows].join('\n')
}
