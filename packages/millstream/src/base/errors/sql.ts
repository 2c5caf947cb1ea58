import type { ErrorKind } from './kind.ts'

/** MS-2xxx: SQL and expressions. */
export const sqlErrors = {
  'MS-2000': {
    domain: 'user',
    http: 501,
    retry: false,
    title: 'Not yet',
    says: (e) => `${e.feature} is not there yet`,
    do: () => 'docs/status.md lists what works today and what does not yet.',
  } satisfies ErrorKind<{ feature: string }>,
}
