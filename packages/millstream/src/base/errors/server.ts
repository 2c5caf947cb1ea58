import type { ErrorKind } from './kind.ts'

/** MS-7xxx: server, control and commands. */
export const serverErrors = {
  'MS-7000': {
    domain: 'user',
    http: 501,
    retry: false,
    title: 'Not yet',
    says: (e) => `${e.feature} is not there yet`,
    do: () => 'docs/status.md lists what works today and what does not yet.',
  } satisfies ErrorKind<{ feature: string }>,
}
