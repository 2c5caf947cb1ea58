import { availableParallelism, loadavg } from 'node:os'

/**
 * A time bound as it stands on a machine that has a processor to spare, stretched by how many others want each one:
 * a bound is a promise about us, not about who else is at work here.
 */
export function underLoad(boundMs: number): number {
  const waiting = (loadavg()[0] ?? 0) / availableParallelism()
  return boundMs * Math.max(1, waiting)
}
