import type { Env } from './function.ts'

/** For evaluation without a host: the clock stands at 1970, the zone is UTC. */
export const fixedEnv = (): Env => ({ nowMs: 0, zone: 'UTC' })
