import type { Interval, Scalar } from '../../model/dataset-query.ts'
import { everything } from '../filters.ts'

/** The interval that a condition leaves of a time column; null: all of time. Only ANDs are looked into. */
export function intervalsOf(condition: Scalar, time: string): Interval | null {
  let startMs = everything.startMs
  let endMs = everything.endMs
  const visit = (scalar: Scalar): void => {
    if (scalar.kind !== 'call') return
    if (scalar.function === 'and') {
      for (const arg of scalar.args) visit(arg)
      return
    }
    const [left, right] = scalar.args
    if (left === undefined || right === undefined) return
    const limit = bound(left, right, time)
    if (limit === null) return
    const name = limit.flipped ? flip[scalar.function] : scalar.function
    if (name === 'ge') startMs = Math.max(startMs, limit.value)
    else if (name === 'gt') startMs = Math.max(startMs, limit.value + 1)
    else if (name === 'lt') endMs = Math.min(endMs, limit.value)
    else if (name === 'le') endMs = Math.min(endMs, limit.value + 1)
    else if (name === 'eq') {
      startMs = Math.max(startMs, limit.value)
      endMs = Math.min(endMs, limit.value + 1)
    }
  }
  visit(condition)
  return startMs === everything.startMs && endMs === everything.endMs ? null : { startMs, endMs: Math.max(startMs, endMs) }
}

const flip: Readonly<Record<string, string>> = { ge: 'le', gt: 'lt', lt: 'gt', le: 'ge', eq: 'eq' }

function bound(left: Scalar, right: Scalar, time: string): { value: number; flipped: boolean } | null {
  const isTime = (scalar: Scalar): boolean => scalar.kind === 'column' && scalar.name === time
  const constantOf = (scalar: Scalar): number | null =>
    scalar.kind === 'literal' && typeof scalar.value === 'number' ? scalar.value : null
  if (isTime(left)) {
    const value = constantOf(right)
    return value === null ? null : { value, flipped: false }
  }
  if (isTime(right)) {
    const value = constantOf(left)
    return value === null ? null : { value, flipped: true }
  }
  return null
}
