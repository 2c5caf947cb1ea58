import type { RowError } from './protocol/events.ts'
import { type Connection, MillstreamProblem } from './request.ts'
import { rowText, sendEvents } from './send.ts'

export interface ProducerOptions {
  /** Who sends: another producer that starts with the same id ends this one. Absent: a random id. */
  readonly id?: string
  /** A batch is sent at the first of these three. */
  readonly lingerMs?: number
  readonly batchRowsMax?: number
  readonly batchBytesMax?: number
  /** Rows that wait or are on their way; beyond it `send` drops. */
  readonly bufferBytesMax?: number
  /** Requests on their way at once, up to 8. More than one may change the order of rows. */
  readonly inFlightMax?: number
  /** How long a batch is tried before its rows are given up. */
  readonly deliverWithinMs?: number
  readonly gzip?: boolean
  /** The first few rejected rows of a batch; all are dead letters on the server. */
  readonly onRejected?: (errors: readonly RowError[]) => void
  /** A batch was given up. */
  readonly onFailure?: (error: unknown, rows: number) => void
}

export interface ProducerAccount {
  /** Rows that `send` took. */
  readonly taken: number
  readonly accepted: number
  readonly rejected: number
  /** Rows that `send` did not take, and rows of batches that were given up. */
  readonly dropped: number
  /** Rows that wait or are on their way: taken = accepted + rejected + pending + those given up. */
  readonly pending: number
}

export interface Producer {
  readonly id: string
  /** Takes a row, or JSON text of one without a newline. Never waits and never throws for the network; false: dropped. */
  send(row: Readonly<Record<string, unknown>> | string): boolean
  /** Sends what waits; resolves when nothing is pending any more. */
  flush(): Promise<void>
  /** Flushes, then takes nothing more. */
  close(): Promise<void>
  account(): ProducerAccount
}

interface WaitingBatch {
  readonly sequence: number
  readonly lines: readonly string[]
  readonly bytes: number
}

const firstRetryMs = 50
const lastRetryMs = 10_000

/**
 * Gathers rows into batches and sends each until it is answered. A batch keeps its sequence through all retries, so that
 * the server counts it once. The caller is never held up; memory has a bound.
 */
export function createProducer(connection: Connection, stream: string, options: ProducerOptions = {}): Producer {
  const id = options.id ?? crypto.randomUUID()
  // A later producer of the same name has a later epoch; a random name needs none.
  const epoch = options.id === undefined ? 0 : Date.now()
  const lingerMs = options.lingerMs ?? 20
  const rowsMax = options.batchRowsMax ?? 1000
  const bytesMax = Math.min(options.batchBytesMax ?? 512 * 1024, 8 * 1024 * 1024)
  const bufferBytesMax = options.bufferBytesMax ?? 16 * 1024 * 1024
  const inFlightMax = Math.min(options.inFlightMax ?? 1, 8)
  const deliverWithinMs = options.deliverWithinMs ?? 120_000

  let lines: string[] = []
  let linesBytes = 0
  let timer: ReturnType<typeof setTimeout> | null = null
  let sequence = 0
  let closed = false
  const queue: WaitingBatch[] = []
  let inFlight = 0
  let bufferBytes = 0
  let idle: (() => void)[] = []
  const count = { taken: 0, accepted: 0, rejected: 0, dropped: 0, pending: 0 }

  const cut = (): void => {
    if (timer !== null) clearTimeout(timer)
    timer = null
    if (lines.length === 0) return
    queue.push({ sequence: sequence++, lines, bytes: linesBytes })
    lines = []
    linesBytes = 0
    pump()
  }

  const pump = (): void => {
    while (inFlight < inFlightMax) {
      const batch = queue.shift()
      if (batch === undefined) break
      inFlight++
      void deliver(batch).then(() => {
        inFlight--
        bufferBytes -= batch.bytes
        count.pending -= batch.lines.length
        pump()
      })
    }
    if (inFlight === 0 && queue.length === 0 && lines.length === 0) {
      for (const resolve of idle) resolve()
      idle = []
    }
  }

  /** Never rejects: what becomes of the batch is in the account. */
  const deliver = async (batch: WaitingBatch): Promise<void> => {
    const startedMs = performance.now()
    const body = `${batch.lines.join('\n')}\n`
    for (let attempt = 0; ; attempt++) {
      try {
        const producer = { id, epoch, sequence: batch.sequence }
        const answer = await sendEvents(connection, stream, body, { producer, gzip: options.gzip === true })
        count.accepted += answer.accepted
        count.rejected += answer.rejected
        if (answer.errors.length > 0) options.onRejected?.(answer.errors)
        return
      } catch (error) {
        const worthIt = !(error instanceof MillstreamProblem) || error.retry || error.status >= 500
        const delayMs = Math.max(backoffMs(attempt), error instanceof MillstreamProblem ? error.retryAfterMs : 0)
        if (!worthIt || performance.now() - startedMs + delayMs > deliverWithinMs) {
          count.dropped += batch.lines.length
          options.onFailure?.(error, batch.lines.length)
          return
        }
        await new Promise((resolve) => setTimeout(resolve, delayMs))
      }
    }
  }

  const flush = (): Promise<void> =>
    new Promise((resolve) => {
      idle.push(resolve)
      cut()
      pump()
    })

  return {
    id,
    send(row) {
      const line = typeof row === 'string' ? row : rowText(row)
      // UTF-16 units: at most a third of the bytes for other scripts, and free to know.
      const bytes = line.length + 1
      if (closed || bufferBytes + bytes > bufferBytesMax) {
        count.dropped++
        return false
      }
      if (linesBytes > 0 && linesBytes + bytes > bytesMax) cut()
      lines.push(line)
      linesBytes += bytes
      bufferBytes += bytes
      count.taken++
      count.pending++
      if (lines.length >= rowsMax) cut()
      else timer ??= setTimeout(cut, lingerMs)
      return true
    },
    flush,
    async close() {
      closed = true
      await flush()
    },
    account: () => ({ ...count }),
  }
}

/** Doubles, with a random part, so that many producers do not come back at once. */
function backoffMs(attempt: number): number {
  const most = Math.min(lastRetryMs, firstRetryMs * 2 ** attempt)
  return most / 2 + (Math.random() * most) / 2
}
