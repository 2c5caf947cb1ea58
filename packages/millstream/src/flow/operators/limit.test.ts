import assert from 'node:assert/strict'
import test from 'node:test'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { PlanNode } from '../../model/plan.ts'
import { column, planOf, scan, sink, table } from '../testing/plans.ts'
import { TestGraph } from '../testing/run-graph.ts'

const fields = [column('n', types.int())]
const rows = (...values: number[]) =>
  Batch.of(
    new Schema(fields),
    values.map((value) => [value]),
  )

test('LIMIT gives the first rows that come, whatever their batches, and goes on after a crash where it was', async () => {
  const source = scan('scan', table('t', fields), fields)
  const node: PlanNode = {
    kind: 'sort-limit',
    id: 'limit',
    input: 'scan',
    order: [],
    offset: 2,
    limit: 5,
    fields,
    changes: 'insert',
    rowtime: null,
  }
  const run = new TestGraph(planOf('streaming', source, node, sink('sink', node)))
  run.graph.addSplit('scan', '0')
  run.graph.push('scan', '0', rows(1), 0)
  run.graph.push('scan', '0', rows(2, 3, 4), 0)
  const saved = run.save()
  run.graph.push('scan', '0', rows(5, 6, 7, 8), 0)
  await run.crash(saved)
  run.graph.push('scan', '0', rows(5), 0)
  run.graph.push('scan', '0', rows(6, 7, 8), 0)
  run.graph.push('scan', '0', rows(9), 0)
  assert.deepEqual(run.out.rows, [[3], [4], [5], [6], [7]])
})
