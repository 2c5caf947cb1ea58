import { RE2JS, RE2JSException } from 're2js'
import { errors } from '../../base/errors.ts'
import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { CallShape, Run, ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'
import { likeMatcher } from '../text/like.ts'
import { constantText } from './constants.ts'

/** A user's pattern runs in time linear in the text. Null: it is no pattern, and Flink's functions give NULL. */
export function regexOf(pattern: string, name: string): RE2JS | null {
  try {
    return RE2JS.compile(pattern)
  } catch (failure) {
    if (!(failure instanceof RE2JSException)) throw failure
    if (/\(\?(<?[=!]|>)|\\[1-9]|[*+?}]\+/.test(pattern)) {
      const reason = 'look-around, back references and possessive quantifiers are not supported: patterns run in linear time'
      throw errors.fail('MS-2112', { name, reason })
    }
    return null
  }
}

/** Compiles the pattern once when it is a literal, else once for each text that it takes in turn. */
function compiledOnce<T>(shape: CallShape, position: number, compile: (pattern: string) => T): (pattern: string) => T {
  const constant = constantText(shape, position)
  let known: { pattern: string; compiled: T } | undefined =
    constant === undefined ? undefined : { pattern: constant, compiled: compile(constant) }
  return (pattern) => {
    if (known?.pattern !== pattern) known = { pattern, compiled: compile(pattern) }
    return known.compiled
  }
}

type WithRegex = { run(regex: RE2JS, text: string, ...more: (Value | undefined)[]): Value }['run']

/** `f(text, pattern, ...)`: null when the pattern is none. */
function onRegex(run: WithRegex): (shape: CallShape) => Run {
  return (shape) => {
    const regex = compiledOnce(shape, 1, (pattern) => regexOf(pattern, shape.name))
    return (text: string, pattern: string, ...more) => {
      const found = regex(pattern)
      return found === null ? null : run(found, text, ...more)
    }
  }
}

const regexp = { parameters: [take.string, take.string] }

/** SIMILAR TO as a pattern of the regular-expression engine. */
function similarPattern(pattern: string, escaping: string): string {
  let result = ''
  for (let at = 0; at < pattern.length; at++) {
    const one = pattern[at] as string
    if (escaping !== '' && one === escaping) result += `\\${pattern[++at] ?? ''}`
    else if (one === '%') result += '(?s:.*)'
    else if (one === '_') result += '(?s:.)'
    else result += one
  }
  return `^(?:${result})$`
}

export const regexFunctions: readonly ScalarFunction[] = [
  scalar({
    names: ['LIKE'],
    parameters: [take.string, take.string],
    optional: [take.string],
    signatures: ['<STRING> LIKE <STRING> [ESCAPE <STRING>]'],
    result: types.boolean(),
    bind: (shape) => {
      const escaping = shape.args.length > 2 ? (constantText(shape, 2) ?? '') : ''
      const fail = (reason: string): never => {
        throw errors.fail('MS-2112', { name: 'LIKE', reason }, shape.at)
      }
      if ([...escaping].length > 1) fail(`the escape character '${escaping}' is more than one character`)
      const matcher = compiledOnce(shape, 1, (pattern) => likeMatcher(pattern, escaping) ?? fail(`invalid escape sequence in '${pattern}'`))
      return (text: string, pattern: string) => matcher(pattern)(text)
    },
  }),
  scalar({
    names: ['SIMILAR TO'],
    parameters: [take.string, take.string],
    optional: [take.string],
    signatures: ['<STRING> SIMILAR TO <STRING> [ESCAPE <STRING>]'],
    result: types.boolean(),
    bind: (shape) => {
      const escaping = constantText(shape, 2) ?? ''
      const regex = compiledOnce(shape, 1, (pattern) => {
        const found = regexOf(similarPattern(pattern, escaping), 'SIMILAR TO')
        if (found === null) throw errors.fail('MS-2112', { name: 'SIMILAR TO', reason: `'${pattern}' is no pattern` }, shape.at)
        return found
      })
      return (text: string, pattern: string) => regex(pattern).matcher(text).find()
    },
  }),
  scalar({ names: ['REGEXP'], ...regexp, result: types.boolean(), bind: onRegex((regex, text) => regex.matcher(text).find()) }),
  scalar({
    names: ['REGEXP_REPLACE'],
    parameters: [take.string, take.string, take.string],
    result: types.string(),
    bind: onRegex((regex, text, replacement: string) => {
      const matcher = regex.matcher(text)
      let result = ''
      let at = 0
      while (matcher.find()) {
        result += text.slice(at, matcher.start()) + replacement
        at = matcher.end()
      }
      return result + text.slice(at)
    }),
  }),
  scalar({
    names: ['REGEXP_EXTRACT'],
    ...regexp,
    optional: [take.int],
    result: types.string(),
    nullable: 'always',
    bind: onRegex((regex, text, group: number = 0) => {
      const matcher = regex.matcher(text)
      if (group < 0 || group > matcher.groupCount() || !matcher.find()) return null
      return matcher.group(group) ?? null
    }),
  }),
  scalar({
    names: ['REGEXP_EXTRACT_ALL'],
    ...regexp,
    optional: [take.int],
    result: types.array(types.string()),
    nullable: 'always',
    bind: onRegex((regex, text, group: number = 1) => {
      const matcher = regex.matcher(text)
      if (group < 0 || group > matcher.groupCount()) return null
      const found: Value[] = []
      while (matcher.find()) found.push(matcher.group(group) ?? null)
      return found
    }),
  }),
  scalar({
    names: ['REGEXP_COUNT'],
    ...regexp,
    result: types.int(),
    nullable: 'always',
    bind: onRegex((regex, text) => {
      const matcher = regex.matcher(text)
      let count = 0
      while (matcher.find()) count++
      return count
    }),
  }),
  scalar({
    names: ['REGEXP_INSTR'],
    ...regexp,
    result: types.int(),
    nullable: 'always',
    bind: onRegex((regex, text) => {
      const matcher = regex.matcher(text)
      return matcher.find() ? matcher.start() + 1 : 0
    }),
  }),
  scalar({
    names: ['REGEXP_SUBSTR'],
    ...regexp,
    result: types.string(),
    nullable: 'always',
    bind: onRegex((regex, text) => {
      const matcher = regex.matcher(text)
      return matcher.find() ? (matcher.group(0) ?? null) : null
    }),
  }),
]
