import assert from 'node:assert/strict'
import type { Random } from '../../packages/millstream/src/base/ports.ts'
import type { Appended, ProducerMark, RejectedRow } from '../../packages/millstream/src/log/log.ts'
import { range } from '../../packages/millstream/src/log/testing.ts'

/** Appended once more at the end, to show that the log goes on. */
export const lastNumber = 0

export interface Request {
  readonly producer: number
  readonly sequence: number
  /** Each number is in one request only. */
  readonly numbers: readonly number[]
  readonly rejected: readonly RejectedRow[]
  readonly mark: ProducerMark | null
  appended: Appended | null
}

/** What producers sent and were told, and what readers saw: held against the log at the end. */
export class History {
  readonly #random: Random
  readonly #requests: Request[] = []
  readonly #current: (Request | null)[] = [null, null, null, null]
  readonly #seen = new Map<number, number>()
  #number = 1
  #end = 0
  #rejectedEnd = 0
  broken: Error | null = null

  constructor(random: Random) {
    this.#random = random
  }

  break(error: Error): void {
    this.broken ??= error
  }

  check(run: () => void): void {
    try {
      run()
    } catch (error) {
      this.break(error as Error)
    }
  }

  /** What a producer sends next: the same as before until it is acknowledged. The last producer has no mark and never retries. */
  next(producer: number): Request {
    const current = this.#current[producer] as Request | null
    if (current !== null && current.mark !== null) return current
    const sequence = this.#requests.filter((request) => request.producer === producer).length
    const rows = this.#random.int(6) === 0 ? 0 : 1 + this.#random.int(30)
    const bad = this.#random.int(3) === 0 ? 1 + this.#random.int(3) : 0
    const rejected = range(0, bad).map((line) => ({
      bytes: new TextEncoder().encode(`${producer}/${sequence}/${line}`),
      reason: 'bad',
      code: 'MS-1004',
      line,
      column: 1,
    }))
    const numbers = range(this.#number, this.#number + rows)
    this.#number += rows
    const request = { producer, sequence, numbers, rejected, mark: markOf(producer, sequence), appended: null }
    this.#requests.push(request)
    this.#current[producer] = request
    return request
  }

  acknowledged(request: Request, appended: Appended): void {
    assert.deepEqual(
      [appended.accepted, appended.rejected],
      [request.numbers.length, request.rejected.length],
      'an answer has other figures',
    )
    if (request.appended !== null) assert.equal(appended.offset, request.appended.offset, 'a retry was answered with another offset')
    request.appended = appended
    // Now and then the answer is lost on its way, and the producer sends again what the log has.
    if (this.#random.int(8) !== 0) this.#current[request.producer] = null
  }

  failed(request: Request): void {
    if (request.mark === null) this.#current[request.producer] = null
  }

  outstanding(): Request[] {
    return this.#requests.filter((request) => request.mark !== null && (request.appended === null || this.#current.includes(request)))
  }

  published(end: number, rejectedEnd: number): void {
    this.check(() => {
      assert.ok(end >= this.#end && rejectedEnd >= this.#rejectedEnd, 'a committed end went back')
    })
    this.#end = end
    this.#rejectedEnd = rejectedEnd
  }

  opened(end: number, rejectedEnd: number): void {
    assert.ok(end >= this.#end, `committed to ${this.#end}, recovered to ${end}`)
    assert.ok(rejectedEnd >= this.#rejectedEnd, `rejected rows committed to ${this.#rejectedEnd}, recovered to ${rejectedEnd}`)
    this.published(end, rejectedEnd)
  }

  seen(offset: number, number: number): void {
    const before = this.#seen.get(offset)
    assert.ok(before === undefined || before === number, `offset ${offset} was ${before} and is ${number}`)
    this.#seen.set(offset, number)
  }

  /** The log's rows by offset, and its rejected rows' bytes, in order. */
  compare(rows: ReadonlyMap<number, number>, rejected: readonly string[]): void {
    const counts = new Map<number, number>()
    for (const number of rows.values()) counts.set(number, (counts.get(number) ?? 0) + 1)
    for (const [number, count] of counts) assert.equal(count, 1, `row ${number} is there ${count} times`)
    for (const [offset, number] of this.#seen) assert.equal(rows.get(offset), number, `a reader saw row ${number} at ${offset}`)
    const sent = new Set(this.#requests.flatMap((request) => request.numbers))
    for (const number of counts.keys()) assert.ok(sent.has(number) || number === lastNumber, `nobody sent row ${number}`)
    const rejectedCounts = new Map<string, number>()
    for (const text of rejected) rejectedCounts.set(text, (rejectedCounts.get(text) ?? 0) + 1)
    for (const request of this.#requests) {
      const { appended, numbers, mark } = request
      if (appended !== null) {
        numbers.forEach((number, index) => {
          assert.equal(rows.get(appended.offset + index), number, `acknowledged row ${number} at offset ${appended.offset + index}`)
        })
      }
      const want = appended !== null || mark !== null ? [1] : [0, 1]
      for (const row of request.rejected) {
        const text = new TextDecoder().decode(row.bytes)
        const count = rejectedCounts.get(text) ?? 0
        assert.ok(want.includes(count), `rejected row ${text} is there ${count} times`)
        rejectedCounts.delete(text)
      }
    }
    assert.deepEqual([...rejectedCounts], [], 'rejected rows that nobody sent')
  }
}

function markOf(producer: number, sequence: number): ProducerMark | null {
  if (producer === 3) return null
  if (producer === 2) return { kind: 'key', keyHash: `key ${sequence}`, bodyHash: `body ${sequence}` }
  return { kind: 'sequence', producer: `p${producer}`, epoch: 1, sequence }
}
