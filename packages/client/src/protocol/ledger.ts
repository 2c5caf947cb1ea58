import type { LedgerTotals } from './home.ts'

/** `GET /v1/streams/{stream}/ledger?from=&to=`. */
export interface LedgerAnswer {
  readonly stream: string
  readonly totals: LedgerTotals
  /** The way of the events, hop by hop: `edge`, `pipeline:NAME`, `dataset:NAME`. in = out + filtered + late + rejected + refused + held. */
  readonly hops: readonly {
    readonly hop: string
    readonly in: number
    readonly out: number
    readonly filtered: number
    readonly late: number
    readonly rejected: number
    readonly refused: number
    readonly held: number
  }[]
  readonly minutes: readonly {
    readonly minuteMs: number
    readonly received: number
    readonly accepted: number
    readonly rejected: number
    readonly late: number
  }[]
  /** Ranges that do not join, or sums that differ: empty when it balances. */
  readonly differences: readonly string[]
}

/** `GET /v1/streams/{stream}/dead-letters?stage=&limit=&cursor=`. */
export interface DeadLetter {
  /** Names it for ever: redrive takes it. */
  readonly id: string
  readonly stage: 'edge' | 'late' | 'pipeline' | 'sink' | 'consumer'
  readonly atMs: number
  readonly code: string
  readonly reason: string
  /** As received, as text; masked where the contract says so. */
  readonly body: string
  readonly line: number | null
  readonly column: number | null
  readonly contractVersion: number
  readonly redriven: boolean
}
