import type { Welcome } from '../model/hub.ts'
import type { ToldEnds } from './told-state.ts'

/** The hub's welcome as it travels: a plan as `planText` wrote it, since it may hold values that JSON has no form for. */
export interface HubWelcome extends Omit<Welcome, 'job'>, ToldEnds {
  readonly job?: Omit<NonNullable<Welcome['job']>, 'plan'> & { readonly plan: string }
}
