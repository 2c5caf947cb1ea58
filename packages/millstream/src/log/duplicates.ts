import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { BlockHeader, ProducerEntry } from './block-header.ts'
import type { Appended, ProducerMark } from './log.ts'

type Result = readonly [offset: number, accepted: number, rejected: number]

interface Producer {
  readonly epoch: number
  /** By sequence, in the order appended. */
  readonly results: Map<number, Result>
  last: number
  /** The greatest sequence whose result is no longer kept; -1: none. */
  forgotten: number
}

/**
 * What a partition knows of requests that were appended: the last results of each producer, and those of idempotency
 * keys. Only durable appends are in it. A snapshot at a place in the log plus the producer tables of later blocks
 * bring it back.
 */
export class DuplicateTable {
  readonly #producers = new Map<string, Producer>()
  readonly #keys = new Map<string, { readonly bodyHash: string; readonly result: Result }>()

  /** How this request was answered before; null: it is new. Throws what a producer must be told. */
  find(mark: ProducerMark): Appended | null {
    if (mark.kind === 'key') {
      const known = this.#keys.get(mark.keyHash)
      if (known === undefined) return null
      if (known.bodyHash !== mark.bodyHash) throw errors.fail('MS-3010', {})
      return answer(known.result)
    }
    const { producer: id, epoch, sequence } = mark
    const producer = this.#producers.get(id)
    if (producer === undefined || epoch > producer.epoch) return null
    if (epoch < producer.epoch) throw errors.fail('MS-3011', { producer: id, epoch, current: producer.epoch })
    const known = producer.results.get(sequence)
    if (known !== undefined) return answer(known)
    if (sequence <= producer.forgotten) throw errors.fail('MS-3012', { producer: id, sequence, last: producer.last })
    return null
  }

  /** Takes a durable block's producer table. */
  record(block: Pick<BlockHeader, 'baseOffset' | 'producers'>): void {
    for (const entry of block.producers) {
      const result: Result = [block.baseOffset + entry.firstRow, entry.accepted, entry.rejected]
      if (entry.kind === 'sequence') this.#recordSequence(entry, result)
      else {
        this.#keys.delete(entry.id)
        this.#keys.set(entry.id, { bodyHash: entry.bodyHash, result })
        if (this.#keys.size > limits.idempotencyKeysMax) this.#keys.delete(this.#keys.keys().next().value as string)
      }
    }
  }

  #recordSequence(entry: ProducerEntry, result: Result): void {
    const { id, epoch, sequence } = entry
    let producer = this.#producers.get(id)
    if (producer !== undefined && epoch < producer.epoch) return
    if (producer === undefined || epoch > producer.epoch) producer = { epoch, results: new Map(), last: -1, forgotten: -1 }
    this.#producers.delete(id)
    this.#producers.set(id, producer)
    producer.results.set(sequence, result)
    producer.last = Math.max(producer.last, sequence)
    if (producer.results.size > limits.producerWindow) {
      const oldest = Math.min(...producer.results.keys())
      producer.results.delete(oldest)
      producer.forgotten = Math.max(producer.forgotten, oldest)
    }
    if (this.#producers.size > limits.producersMax) this.#producers.delete(this.#producers.keys().next().value as string)
  }

  snapshot(): DuplicateRows {
    return {
      producers: [...this.#producers].map(([id, p]) => [id, p.epoch, p.last, p.forgotten, [...p.results]]),
      keys: [...this.#keys].map(([hash, { bodyHash, result }]) => [hash, bodyHash, result]),
    }
  }

  restore(table: DuplicateRows): void {
    for (const [id, epoch, last, forgotten, results] of table.producers) {
      this.#producers.set(id, { epoch, last, forgotten, results: new Map(results) })
    }
    for (const [hash, bodyHash, result] of table.keys) this.#keys.set(hash, { bodyHash, result })
  }
}

const answer = ([offset, accepted, rejected]: Result): Appended => ({ offset, accepted, rejected, duplicate: true })

/** The table as JSON. */
export interface DuplicateRows {
  readonly producers: readonly (readonly [
    id: string,
    epoch: number,
    last: number,
    forgotten: number,
    results: readonly (readonly [number, Result])[],
  ])[]
  readonly keys: readonly (readonly [hash: string, bodyHash: string, result: Result])[]
}
