import { errors } from '../../base/errors.ts'
import { systemScheduler } from '../../base/real/system.ts'

/** The answer of another process, or MS-7017 when it does not come in time: a process that stands still holds nobody up. */
export function answerWithin<T>(part: 'olap' | 'preview', withinMs: number, asked: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = systemScheduler.after(withinMs, () => reject(errors.fail('MS-7017', { part })))
    asked.then(resolve, reject).finally(() => late.cancel())
  })
}
