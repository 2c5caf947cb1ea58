import type { ErrorKind } from './kind.ts'

/** MS-21xx: functions and expressions. */
export const exprErrors = {
  'MS-2101': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Unknown function',
    says: (e) => `There is no function ${e.name}`,
    do: (e) => (e.near.length > 0 ? `Did you mean ${e.near.join(' or ')}?` : 'The page of functions lists them all.'),
  } satisfies ErrorKind<{ name: string; near: readonly string[] }>,
  'MS-2102': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'Wrong arguments',
    says: (e) => `${e.name} does not take (${e.given})`,
    do: (e) => `Accepted: ${e.accepted.join('; ')}.`,
  } satisfies ErrorKind<{ name: string; given: string; accepted: readonly string[] }>,
  'MS-2103': {
    domain: 'user',
    http: 400,
    retry: false,
    title: 'No cast between these types',
    says: (e) => `A value of type ${e.from} cannot be cast to ${e.to}`,
    do: (e) => e.advice,
  } satisfies ErrorKind<{ from: string; to: string; advice: string }>,
  'MS-2110': {
    domain: 'user',
    http: 422,
    retry: false,
    title: 'Cast failed',
    says: (e) => `Cannot cast '${e.text}' to ${e.type}: ${e.reason}`,
    do: () => 'TRY_CAST gives NULL instead of failing.',
  } satisfies ErrorKind<{ text: string; type: string; reason: string }>,
  'MS-2111': {
    domain: 'user',
    http: 422,
    retry: false,
    title: 'Division by zero',
    says: (e) => `Division by zero in ${e.operator}`,
    do: () => 'Guard the divisor: x / NULLIF(y, 0) gives NULL instead of failing.',
  } satisfies ErrorKind<{ operator: string }>,
  'MS-2112': {
    domain: 'user',
    http: 422,
    retry: false,
    title: 'A function failed',
    says: (e) => `${e.name}: ${e.reason}`,
    do: () => 'Change the argument, or filter out the rows that hold it.',
  } satisfies ErrorKind<{ name: string; reason: string }>,
}
