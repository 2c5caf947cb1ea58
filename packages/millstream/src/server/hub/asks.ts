import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { PreviewEnd, PreviewLines, PreviewStart } from '../preview-messages.ts'
import { answerWithin } from './answer-within.ts'
import type { Children } from './children.ts'

interface Asked {
  readonly lines: string[]
  /** Wakes who waits for lines. */
  wake: () => void
  /** Resolves when the lines were taken. */
  taken: (() => void)[]
  gone: boolean
}

/** SELECTs and previews that run in the preview worker, as lines that their asker pulls: a slow asker slows the query. */
export class Asks {
  readonly #children: Pick<Children, 'soon'>
  readonly #asked = new Map<number, Asked>()
  #nextId = 1

  constructor(children: Pick<Children, 'soon'>) {
    this.#children = children
  }

  async *run(start: Omit<PreviewStart, 'id'>, signal: AbortSignal, nowMs: () => number): AsyncGenerator<string> {
    const worker = await this.#children.soon('preview')
    if (worker === null) throw errors.fail('MS-7017', { part: 'preview' })
    const id = this.#nextId++
    const asked: Asked = { lines: [], wake: () => {}, taken: [], gone: false }
    this.#asked.set(id, asked)
    const beganMs = nowMs()
    let ended: PreviewEnd | null = null
    let failed: unknown = null
    const answer = worker.request<PreviewEnd>('preview.start', { ...start, id } satisfies PreviewStart)
    const running = answerWithin('preview', start.durationMs + limits.partAnswerMs, answer).then(
      (end) => {
        ended = end
        asked.wake()
      },
      (error: unknown) => {
        failed = error
        asked.wake()
      },
    )
    const stop = (): void => {
      worker.notify('preview.stop', { id })
      asked.wake()
    }
    signal.addEventListener('abort', stop)
    try {
      for (;;) {
        const lines = asked.lines.splice(0)
        for (const taken of asked.taken.splice(0)) taken()
        yield* lines
        if (signal.aborted) return
        if (asked.lines.length > 0) continue
        if (failed !== null) throw failed
        if (ended !== null) break
        await new Promise<void>((resolve) => {
          asked.wake = resolve
          if (asked.lines.length > 0 || ended !== null || failed !== null || signal.aborted) resolve()
        })
      }
      const { rows } = ended as PreviewEnd
      yield JSON.stringify({ type: 'end', rows, durationMs: Math.round(nowMs() - beganMs) })
    } finally {
      signal.removeEventListener('abort', stop)
      asked.gone = true
      for (const taken of asked.taken.splice(0)) taken()
      this.#asked.delete(id)
      if (ended === null && failed === null) worker.notify('preview.stop', { id })
      void running
    }
  }

  /** Lines from the worker; answered when they were taken. */
  async take({ id, lines }: PreviewLines): Promise<{ go: boolean }> {
    const asked = this.#asked.get(id)
    if (asked === undefined) return { go: false }
    asked.lines.push(...lines)
    const taken = new Promise<void>((resolve) => {
      asked.taken.push(resolve)
    })
    asked.wake()
    await taken
    return { go: !asked.gone }
  }
}
