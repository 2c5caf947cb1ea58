import { Batch, rowKind } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import type { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { NormalizeNode, PhysicalPlan } from '../../model/plan.ts'
import type { Emit, Operator, OperatorHost, TableSpec } from '../operator.ts'
import { hashBytes } from '../state/hash.ts'
import { keyColumns } from '../state/key-columns.ts'
import { KeyEncoder } from '../state/key-encoder.ts'
import { keyFormOf } from '../state/key-layout.ts'
import { KeyedRows } from '../state/keyed-rows.ts'
import type { StateTable } from '../state/table.ts'

const space = 0
const batchRows = 4096

/** What is kept of a key: where its last row stands in the arena, how long it is plus one (0: the key is gone), and the room it has there. */
const columns = ['start', 'size', 'room'].map((name) => ({ name, type: types.int() }))
/** Rows without their key, each once: a row of this batch is told from the one before by its number. */
const versionsSpec: TableSpec = { name: 'versions', kind: 'value', key: [], columns: [], version: 1, ttlMs: null }

/**
 * The rows of an upsert stream as a changelog: +I for a key that is new, -U and +U for one whose row is another, -D for one
 * that goes; what changes nothing says nothing. Batch mode answers the rows that are left, at the end.
 */
export function normalize(node: NormalizeNode, schema: Schema, mode: PhysicalPlan['mode']): Operator {
  return new Normalize(node, schema, mode)
}

class Normalize implements Operator {
  readonly state: readonly TableSpec[]
  readonly #schema: Schema
  readonly #batchMode: boolean
  readonly #keys: readonly number[]
  readonly #others: readonly number[]
  readonly #keyEncoder: KeyEncoder
  readonly #versionEncoder: KeyEncoder
  #table: StateTable | null = null

  constructor(node: NormalizeNode, schema: Schema, mode: PhysicalPlan['mode']) {
    this.#schema = schema
    this.#batchMode = mode === 'batch'
    this.#keys = node.keys
    this.#others = schema.fields.flatMap((_, position) => (node.keys.includes(position) ? [] : [position]))
    this.#keyEncoder = new KeyEncoder(this.#keys)
    this.#versionEncoder = new KeyEncoder(this.#others)
    for (const { type } of schema.fields) keyFormOf(type)
    const key = this.#typesOf(this.#keys)
    this.state = [{ name: 'rows', kind: 'value', key, columns, version: 1, ttlMs: null }]
  }

  open(host: OperatorHost): void {
    this.#table = host.table('rows')
  }

  onBatch(_port: number, batch: Batch, emit: Emit): void {
    const kept = this.#rows()
    const { rowCount } = batch
    const rows = Int32Array.from({ length: rowCount }, (_, row) => row)
    const [slots, versions] = [new Int32Array(rowCount), new Int32Array(rowCount)]
    const seen = new KeyedRows(versionsSpec)
    this.#versionEncoder.assign(batch, rows, rowCount, seen, versions)
    this.#keyEncoder.assign(batch, rows, rowCount, kept, slots)
    const changes = new Changes(2 * rowCount)
    const sizes = kept.ints('size')
    for (let row = 0; row < rowCount; row++) {
      const slot = slots[row] as number
      const version = versions[row] as number
      const kind = batch.kinds === null ? rowKind.insert : (batch.kinds[row] as number)
      const before = sizes[slot] === 0 ? -1 : versionOf(kept, slot, seen)
      if (kind === rowKind.delete || kind === rowKind.updateBefore) {
        if (before < 0) continue
        changes.add(slot, before, rowKind.delete)
        sizes[slot] = 0
      } else {
        if (before === version) continue
        if (before >= 0) changes.add(slot, before, rowKind.updateBefore)
        changes.add(slot, version, before < 0 ? rowKind.insert : rowKind.updateAfter)
        keep(kept, slot, seen, version)
      }
    }
    kept.markSlots(slots, rowCount)
    if (!this.#batchMode && changes.count > 0) emit(this.#batch(changes, seen))
  }

  onEnd(emit: Emit): void {
    if (!this.#batchMode) return
    const kept = this.#rows()
    const sizes = kept.ints('size')
    for (let from = 0; from < kept.count; from += batchRows) {
      const seen = new KeyedRows(versionsSpec)
      const left = new Changes(batchRows)
      for (let slot = from; slot < Math.min(from + batchRows, kept.count); slot++) {
        if (sizes[slot] !== 0) left.add(slot, versionOf(kept, slot, seen), rowKind.insert)
      }
      if (left.count > 0) emit(this.#batch(left, seen))
    }
  }

  #batch(changes: Changes, seen: KeyedRows): Batch {
    const { count } = changes
    const whole: Column[] = []
    const keys = keyColumns(this.#typesOf(this.#keys), this.#rows(), changes.slots, count)
    const others = keyColumns(this.#typesOf(this.#others), seen, changes.versions, count)
    for (const [i, position] of this.#keys.entries()) whole[position] = keys[i] as Column
    for (const [i, position] of this.#others.entries()) whole[position] = others[i] as Column
    const kinds = changes.kinds.subarray(0, count)
    return new Batch(this.#schema, count, whole, kinds.every((kind) => kind === rowKind.insert) ? null : kinds)
  }

  #typesOf(positions: readonly number[]) {
    return this.#schema.fields.filter((_, position) => positions.includes(position)).map((field) => field.type)
  }

  #rows(): KeyedRows {
    if (this.#table === null) throw new Error('the operator is not open')
    return this.#table.rows(space)
  }
}

/** Rows that go out: the key's slot, the row's number among `seen`, and its kind. */
class Changes {
  readonly slots: Int32Array
  readonly versions: Int32Array
  readonly kinds: Uint8Array
  count = 0

  constructor(most: number) {
    this.slots = new Int32Array(most)
    this.versions = new Int32Array(most)
    this.kinds = new Uint8Array(most)
  }

  add(slot: number, version: number, kind: number): void {
    this.slots[this.count] = slot
    this.versions[this.count] = version
    this.kinds[this.count++] = kind
  }
}

/** The number of a key's last row among `seen`. */
function versionOf(kept: KeyedRows, slot: number, seen: KeyedRows): number {
  const start = kept.ints('start')[slot] as number
  const end = start + (kept.ints('size')[slot] as number) - 1
  const arena = kept.arena.array
  return seen.slot(arena, start, end, hashBytes(arena, start, end))
}

/** Room grows by doubling, so that what is left behind is never more than what is used. */
function keep(kept: KeyedRows, slot: number, seen: KeyedRows, version: number): void {
  const from = seen.keyStart(version)
  const length = seen.keyEnd(version) - from
  const [starts, sizes, rooms] = [kept.ints('start'), kept.ints('size'), kept.ints('room')]
  if ((rooms[slot] as number) < length) {
    let room = 16
    while (room < length) room *= 2
    starts[slot] = kept.arena.used
    rooms[slot] = room
    kept.arena.grow(kept.arena.used + room)
  }
  const start = starts[slot] as number
  const [arena, bytes] = [kept.arena.array, seen.keyBytes.array]
  for (let i = 0; i < length; i++) arena[start + i] = bytes[from + i] as number
  kept.arena.markRange(start, start + length)
  sizes[slot] = length + 1
}
