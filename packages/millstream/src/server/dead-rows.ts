/** `hub.deadRows`: rows that a dataset could not take, as JSON texts; answered when they are durable in `stream$late`, once each. */
export interface DeadRowsMessage {
  readonly dataset: string
  readonly streamUid: string
  readonly stage: string
  readonly reason: string
  readonly partition: number
  readonly offsets: readonly number[]
  readonly rows: readonly string[]
  readonly contractVersion: number
}
