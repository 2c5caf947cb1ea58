import { must } from '../base/assert.ts'
import { errors } from '../base/errors.ts'
import type { Batch } from '../data/batch.ts'
import { nullCount } from '../data/column.ts'
import { isPreparedPartition, type Sink } from '../flow/connector.ts'
import type { CheckpointRecord } from '../model/hub.ts'
import type { SinkNode } from '../model/plan.ts'
import type { TableDescriptor } from '../model/tables.ts'

interface OpenSink {
  readonly name: string
  readonly sink: Sink
  readonly notNull: readonly number[]
  readonly table: TableDescriptor
  readonly queue: Batch[]
}

/** All sinks of a job: rows queue up during a push and are written before the next one. */
export class Sinks {
  readonly #sinks = new Map<string, OpenSink>()

  /** `name` is the sink's node, or what stands for one in the checkpoint. */
  add(name: string, table: TableDescriptor, sink: Sink): void {
    const physical = table.columns.filter((column) => column.kind === 'physical')
    const notNull = physical.flatMap((column, position) => (column.type.nullable ? [] : [position]))
    this.#sinks.set(name, { name, sink, notNull, table, queue: [] })
  }

  queue(name: string, batch: Batch): void {
    must(this.#sinks.get(name), `sink ${name}`).queue.push(batch)
  }

  get waiting(): boolean {
    for (const { queue } of this.#sinks.values()) if (queue.length > 0) return true
    return false
  }

  get due(): boolean {
    for (const { sink } of this.#sinks.values()) if (sink.due?.() === true) return true
    return false
  }

  async drain(): Promise<void> {
    for (const entry of this.#sinks.values()) {
      for (const batch of entry.queue) {
        checkNotNull(entry, batch)
        await entry.sink.write(batch)
      }
      entry.queue.length = 0
    }
  }

  async prepare(epoch: number, last: boolean): Promise<{ prepared: Record<string, unknown>; ends: CheckpointRecord['ends'] }> {
    const prepared: Record<string, unknown> = {}
    const ends: Record<string, { end: number; segments: readonly string[] }> = {}
    for (const { name, sink } of this.#sinks.values()) {
      const answer = await sink.prepare(epoch, last)
      prepared[name] = answer
      if (isPreparedPartition(answer)) ends[answer.partition] = { end: answer.end, segments: answer.segments }
    }
    return { prepared, ends }
  }

  async commit(epoch: number, prepared: Readonly<Record<string, unknown>>): Promise<void> {
    for (const { name, sink } of this.#sinks.values()) if (name in prepared) await sink.commit(epoch, prepared[name])
  }

  async close(): Promise<void> {
    for (const { sink } of this.#sinks.values()) await sink.close()
  }

  async abort(): Promise<void> {
    for (const { sink } of this.#sinks.values()) await sink.abort()
  }
}

function checkNotNull({ notNull, table }: OpenSink, batch: Batch): void {
  for (const position of notNull) {
    const column = batch.columns[position]
    if (column === undefined || column.validity === null || nullCount(column) === 0) continue
    throw errors.fail('MS-5009', { table: table.name, column: batch.schema.fields[position]?.name ?? String(position) })
  }
}

/** Refuses a query that changes rows on a table that can only take new ones. */
export function checkChanges(node: SinkNode, table: TableDescriptor, takesChanges: boolean): void {
  if (node.changes !== 'insert' && !takesChanges) throw errors.fail('MS-5004', { table: table.name })
}
