import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { Batch } from '../../data/batch.ts'
import { columnOf } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { Schema } from '../../data/schema.ts'
import type { RowField } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import { Graph } from '../../flow/graph.ts'
import { valuesBatch } from '../../flow/operators/values.ts'
import { StateStore } from '../../flow/state/store.ts'
import type { PhysicalPlan, ScanNode } from '../../model/plan.ts'
import type { TableDescriptor } from '../../model/tables.ts'
import { Output } from './output.ts'
import type { PipelineTest, Step } from './test-file.ts'
import { batchOf } from './written-rows.ts'

/** Each table has one partition: what order rows have between partitions is not for a test to say. */
const split = '0'

export interface Ran {
  readonly outputs: ReadonlyMap<string, Output>
  readonly late: number
}

/** Runs a test's plans as a job would, rows pushed in the order that the test says, the clock standing still between. */
export function runPlans(test: PipelineTest, plans: readonly PhysicalPlan[]): Ran {
  checkNames(test, plans)
  const outputs = new Map<string, Output>()
  let late = 0
  for (const plan of plans) late += runPlan(test, plan, outputs)
  return { outputs, late }
}

function runPlan(test: PipelineTest, plan: PhysicalPlan, outputs: Map<string, Output>): number {
  let late = 0
  for (const node of plan.nodes) {
    if (node.kind === 'sink' && node.table !== null && !outputs.has(node.table.name)) outputs.set(node.table.name, new Output(node.table))
  }
  const graph = new Graph(plan, {
    mode: 'compiled',
    state: new StateStore(),
    sink: (node, batch) => outputs.get(node.table?.name ?? '')?.add(batch),
    late: (_node, batch) => {
      late += batch.rowCount
    },
  })
  const scans = plan.nodes.filter((node) => node.kind === 'scan')
  const offsets = new Map<string, number>()
  let nowMs = test.nowMs
  for (const scan of scans) graph.addSplit(scan.id, split)
  for (const node of plan.nodes) {
    if (node.kind !== 'values') continue
    graph.push(node.id, '', valuesBatch(node), nowMs)
    graph.end(node.id, nowMs)
  }
  const quiet = (): void => {
    for (const scan of scans) graph.quiet(scan.id, split, nowMs)
  }
  const push = (step: Extract<Step, { kind: 'rows' }>): void => {
    const offset = offsets.get(step.table) ?? 0
    for (const scan of scans) {
      if (scan.table.name === step.table) graph.push(scan.id, split, scanned(scan, step, { nowMs, offset }), nowMs)
    }
    offsets.set(step.table, offset + step.rows.length)
  }
  for (const step of test.steps) {
    if (step.kind === 'rows') push(step)
    else {
      quiet()
      nowMs += step.byMs
      quiet()
    }
  }
  if (!test.ends) return late
  for (const scan of scans) graph.endSplit(scan.id, split)
  for (const scan of scans) graph.end(scan.id, nowMs)
  return late
}

/** The rows of a step in the columns that the scan reads. */
function scanned(scan: ScanNode, step: Extract<Step, { kind: 'rows' }>, at: { readonly nowMs: number; readonly offset: number }): Batch {
  const rows = batchOf(step.rows, storedSchema(scan.table), scan.table)
  const columns = scan.columns.map((name, position): Column => {
    const stored = rows.schema.position(name)
    if (stored >= 0) return rows.columns[stored] as Column
    const { type } = scan.fields[position] as RowField
    const values = Array.from({ length: rows.rowCount }, (_, row) => systemValue(scan.table, name, { ...at, offset: at.offset + row }))
    return columnOf(type, values)
  })
  return new Batch(new Schema(scan.fields), rows.rowCount, columns)
}

function systemValue(table: TableDescriptor, name: string, { nowMs, offset }: { readonly nowMs: number; readonly offset: number }): Value {
  const column = table.columns.find((each) => each.name === name)
  switch (column?.kind === 'metadata' ? column.key : '') {
    case 'offset':
      return BigInt(offset)
    case 'partition':
      return Number(split)
    case 'ingest_time':
    case 'timestamp':
      return BigInt(nowMs) * 1_000_000n
    case 'unknown_fields':
      return null
    default:
      throw errors.fail('MS-7000', { feature: `The metadata column ${name} of ${table.name} in a test` })
  }
}

/** What a row of a table holds: its physical columns. */
const storedSchema = (table: TableDescriptor): Schema =>
  new Schema(table.columns.flatMap((column) => (column.kind === 'physical' ? [{ name: column.name, type: column.type }] : [])))

/** A misspelt table would compare nothing, or bring no events: it is an error. */
function checkNames(test: PipelineTest, plans: readonly PhysicalPlan[]): void {
  const tables = (kind: 'scan' | 'sink'): Set<string> =>
    new Set(plans.flatMap(({ nodes }) => nodes.flatMap((node) => (node.kind === kind && node.table !== null ? [node.table.name] : []))))
  const check = (name: string, known: ReadonlySet<string>, does: string, place: PipelineTest['place']): void => {
    if (known.has(name)) return
    const close = near(name, known)
    const advice = close.length > 0 ? `'${close[0]}' perhaps?` : `It ${does} ${[...known].join(', ') || 'nothing'}`
    throw errors.fail('MS-7015', { reason: `The pipeline ${test.pipeline} ${does} no '${name}'. ${advice}` }, place)
  }
  const [reads, writes] = [tables('scan'), tables('sink')]
  for (const step of test.steps) if (step.kind === 'rows') check(step.table, reads, 'reads', step.place)
  for (const { table, place } of test.expect) check(table, writes, 'writes', place)
}
