import { errors } from '../../base/errors.ts'
import { Batch } from '../../data/batch.ts'
import type { Column } from '../../data/column.ts'
import { Schema } from '../../data/schema.ts'
import { takeRows } from '../../data/take.ts'
import { types } from '../../data/types.ts'
import type { AggregateCall } from '../../expr/expression.ts'
import type { OperatorHost, TableSpec } from '../operator.ts'
import { keyColumns } from '../state/key-columns.ts'
import { KeyEncoder } from '../state/key-encoder.ts'
import { keyFormOf } from '../state/key-layout.ts'
import type { KeyedRows } from '../state/keyed-rows.ts'
import type { StateTable } from '../state/table.ts'
import { type Accumulator, accumulatorOf, type Selected } from './accumulator.ts'

interface Aggregate {
  readonly call: AggregateCall
  readonly accumulator: Accumulator
  /** The table of (group, value) -> how often, for DISTINCT, and for MIN and MAX of rows that change. */
  readonly values: TableSpec | null
}

/** How many input rows a group has, retractions taken off: a group without rows is gone. */
const rowsColumn = 'rows'
const pairKeys = new KeyEncoder([0, 1])
const everyRow = (count: number): Int32Array => Int32Array.from({ length: count }, (_, row) => row)

/** Keyed groups and their aggregates in state, a namespace at a time (a slice of a window, or 0). */
export class Groups {
  readonly state: readonly TableSpec[]
  readonly #keys: KeyEncoder
  readonly #keyTypes
  readonly #aggregates: readonly Aggregate[]
  #table: StateTable | null = null
  readonly #values = new Map<string, StateTable>()

  /** `retracting`: rows may be taken away again. */
  constructor(keys: readonly number[], calls: readonly AggregateCall[], input: Schema, retracting: boolean) {
    this.#keys = new KeyEncoder(keys)
    this.#keyTypes = keys.map((key) => (input.fields[key] ?? { type: types.null() }).type)
    for (const type of this.#keyTypes) keyFormOf(type)
    this.#aggregates = calls.map((call, position) => {
      const counted = call.args.length > 0 && (call.distinct || (retracting && isExtreme(call)))
      return { call, accumulator: accumulatorOf(call, `a${position}`), values: counted ? valuesTable(`values${position}`, call) : null }
    })
    const columns = this.#aggregates.flatMap(({ accumulator }) => accumulator.columns)
    const own = { name: rowsColumn, type: types.double() }
    this.state = [
      { name: 'groups', kind: 'value', key: this.#keyTypes, columns: [own, ...columns], version: 1, ttlMs: null },
      ...this.#aggregates.flatMap(({ values }) => (values === null ? [] : [values])),
    ]
  }

  open(host: OperatorHost): void {
    this.#table = host.table('groups')
    for (const { values } of this.#aggregates) if (values !== null) this.#values.set(values.name, host.table(values.name))
  }

  spaces(): number[] {
    return this.#groups().spaces()
  }

  has(space: number): boolean {
    return this.#groups().has(space)
  }

  rows(space: number): KeyedRows {
    return this.#groups().rows(space)
  }

  drop(space: number): void {
    this.#groups().drop(space)
    for (const table of this.#values.values()) table.drop(space)
  }

  /** Finds or makes the groups of these rows; `slots` takes the group of each. */
  assign(space: number, batch: Batch, rows: Int32Array, count: number, slots: Int32Array): void {
    const groups = this.rows(space)
    this.#keys.assign(batch, rows, count, groups, slots)
    groups.markSlots(slots, count)
  }

  add(space: number, batch: Batch, selected: Selected, sign: 1 | -1): void {
    const groups = this.rows(space)
    const rowCounts = groups.floats(rowsColumn)
    for (let i = 0; i < selected.count; i++) {
      const slot = selected.slots[i] as number
      rowCounts[slot] = (rowCounts[slot] as number) + sign
    }
    for (const { call, accumulator, values } of this.#aggregates) {
      let chosen = call.filter === null ? selected : whereTrue(batch.columns[call.filter] as Column, selected)
      if (chosen.count === 0) continue
      const argument = call.args.length === 0 ? null : (batch.columns[call.args[0] as number] as Column)
      if (values !== null && argument !== null) chosen = this.#firstOrLast(values, space, argument, chosen, sign)
      if (sign === 1) accumulator.add(argument, chosen, groups)
      else if (accumulator.retract !== null) accumulator.retract(argument, chosen, groups)
      else if (values !== null && accumulator.clear !== undefined) this.#addAgain(values, call, accumulator, space, chosen)
      else throw errors.fail('MS-5000', { feature: `${call.function} over rows that change` })
    }
  }

  /** Adds the groups of one namespace to those of another. */
  merge(from: number, to: number): void {
    const source = this.rows(from)
    const target = this.rows(to)
    const count = source.count
    const all = everyRow(count)
    const slots = new Int32Array(count)
    for (let slot = 0; slot < count; slot++) {
      slots[slot] = target.slot(source.keyBytes.array, source.keyStart(slot), source.keyEnd(slot), source.hashes.array[slot] as number)
    }
    target.markSlots(slots, count)
    const counts = target.floats(rowsColumn)
    for (let slot = 0; slot < count; slot++) {
      const into = slots[slot] as number
      counts[into] = (counts[into] as number) + (source.floats(rowsColumn)[slot] as number)
    }
    for (const { accumulator, values, call } of this.#aggregates) {
      if (values === null) accumulator.merge(source, all, target, slots, count)
      else this.#mergeValues(values, call, accumulator, from, to, slots)
    }
  }

  /** Rows of each group; 0 means that it is gone. */
  rowCounts(space: number): Float64Array {
    return this.rows(space).floats(rowsColumn)
  }

  /** Keys, then aggregates, of these groups. */
  columns(space: number, slots: Int32Array, count: number): Column[] {
    const groups = this.rows(space)
    return [
      ...keyColumns(this.#keyTypes, groups, slots, count),
      ...this.#aggregates.map(({ accumulator }) => accumulator.result(groups, slots, count)),
    ]
  }

  /** Of the rows chosen, those whose value a group sees for the first time (or, taking away, for the last). */
  #firstOrLast(spec: TableSpec, space: number, argument: Column, chosen: Selected, sign: 1 | -1): Selected {
    const seen = this.#valuesTable(spec).rows(space)
    const rows = chosen.rows.subarray(0, chosen.count)
    const pairs = pairBatch(chosen.slots.slice(0, chosen.count), takeRows(argument, rows))
    const slots = new Int32Array(chosen.count)
    pairKeys.assign(pairs, everyRow(chosen.count), chosen.count, seen, slots)
    seen.markSlots(slots, chosen.count)
    const times = seen.floats('times')
    const kept = { rows: new Int32Array(chosen.count), slots: new Int32Array(chosen.count), count: 0 }
    for (let i = 0; i < chosen.count; i++) {
      const slot = slots[i] as number
      const before = times[slot] as number
      times[slot] = before + sign
      if (sign === 1 ? before !== 0 : before !== 1) continue
      kept.rows[kept.count] = chosen.rows[i] as number
      kept.slots[kept.count++] = chosen.slots[i] as number
    }
    return kept
  }

  #mergeValues(spec: TableSpec, call: AggregateCall, accumulator: Accumulator, from: number, to: number, slots: Int32Array): void {
    const held = this.#held(spec, call, from, (owner) => slots[owner] as number)
    accumulator.add(held.argument, this.#firstOrLast(spec, to, held.argument, held.selected, 1), this.rows(to))
  }

  /** Groups that lost their last row of some value begin anew from the values that they still have. */
  #addAgain(spec: TableSpec, call: AggregateCall, accumulator: Accumulator, space: number, lost: Selected): void {
    if (lost.count === 0) return
    const groups = this.rows(space)
    const affected = new Set(lost.slots.subarray(0, lost.count))
    for (const slot of affected) accumulator.clear?.(groups, slot)
    const held = this.#held(spec, call, space, (owner) => (affected.has(owner) ? owner : -1))
    accumulator.add(held.argument, held.selected, groups)
  }

  /** The values that groups have, as rows; `slotOf` answers the slot that a group's values go to, or -1. */
  #held(spec: TableSpec, call: AggregateCall, space: number, slotOf: (owner: number) => number): { argument: Column; selected: Selected } {
    const source = this.#valuesTable(spec).rows(space)
    const [owners, values] = keyColumns(spec.key, source, everyRow(source.count), source.count) as [Column, Column]
    const times = source.floats('times')
    const selected = { rows: new Int32Array(source.count), slots: new Int32Array(source.count), count: 0 }
    for (let i = 0; owners.layout === 'int32' && i < source.count; i++) {
      const slot = times[i] === 0 ? -1 : slotOf(owners.values[i] as number)
      if (slot < 0) continue
      selected.rows[selected.count] = i
      selected.slots[selected.count++] = slot
    }
    return { argument: { ...values, type: call.argTypes[0] ?? values.type } as Column, selected }
  }

  #groups(): StateTable {
    if (this.#table === null) throw new Error('the operator is not open')
    return this.#table
  }

  #valuesTable(spec: TableSpec): StateTable {
    const table = this.#values.get(spec.name)
    if (table === undefined) throw new Error('the operator is not open')
    return table
  }
}

const isExtreme = (call: AggregateCall): boolean => call.function === 'MIN' || call.function === 'MAX'

function valuesTable(name: string, call: AggregateCall): TableSpec {
  const value = call.argTypes[0] ?? types.null()
  keyFormOf(value)
  const columns = [{ name: 'times', type: types.double() }]
  return { name, kind: 'map', key: [types.int(false), value], columns, version: 1, ttlMs: null }
}

const noFields = new Schema([])

function pairBatch(slots: Int32Array, values: Column): Batch {
  const owners: Column = { type: types.int(false), length: slots.length, validity: null, layout: 'int32', values: slots }
  return new Batch(noFields, slots.length, [owners, values])
}

function whereTrue(filter: Column, selected: Selected): Selected {
  const kept = { rows: new Int32Array(selected.count), slots: new Int32Array(selected.count), count: 0 }
  if (filter.layout !== 'bool') return kept
  const { values, validity } = filter
  for (let i = 0; i < selected.count; i++) {
    const row = selected.rows[i] as number
    if (values[row] !== 1 || (validity !== null && ((validity[row >> 3] as number) & (1 << (row & 7))) === 0)) continue
    kept.rows[kept.count] = row
    kept.slots[kept.count++] = selected.slots[i] as number
  }
  return kept
}
