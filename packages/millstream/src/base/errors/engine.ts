import type { ErrorKind } from './kind.ts'

/** MS-5xxx: jobs and connectors. */
export const engineErrors = {
  'MS-5000': {
    domain: 'user',
    http: 501,
    retry: false,
    title: 'Not yet',
    says: (e) => `${e.feature} is not there yet`,
    do: () => 'docs/status.md lists what works today and what does not yet.',
  } satisfies ErrorKind<{ feature: string }>,
}
