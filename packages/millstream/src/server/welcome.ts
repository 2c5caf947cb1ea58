import type { EndsMoved, Welcome } from '../model/hub.ts'

/** The hub's welcome as it travels: a plan as `planText` wrote it, since it may hold values that JSON has no form for. */
export interface HubWelcome extends Omit<Welcome, 'job'>, EndsMoved {
  readonly job?: Omit<NonNullable<Welcome['job']>, 'plan'> & { readonly plan: string }
}

/** What is told to one role alone. */
export type RoleWelcome = Pick<HubWelcome, 'job' | 'datasets'>
