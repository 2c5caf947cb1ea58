import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { Batch, rowKind } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { PhysicalPlan, PlanNode } from '../../model/plan.ts'
import { column, planOf, scan, sink, table } from '../testing/plans.ts'
import { TestGraph } from '../testing/run-graph.ts'

const wide = Array.from({ length: 20 }, (_, i) => column(`d${i}`, types.double()))
const fields = [column('s', types.string()), column('k', types.int(false)), column('n', types.bigint()), ...wide]
const schema = new Schema(fields)

function planned(mode: PhysicalPlan['mode']) {
  const source: PlanNode = { ...scan('scan', table('t', fields), fields), changes: 'upsert' }
  const changes = mode === 'batch' ? 'insert' : 'retract'
  const node: PlanNode = { kind: 'normalize', id: 'normalize', input: 'scan', keys: [1], fields, changes, rowtime: null }
  return planOf(mode, source, node, sink('sink', node))
}

const text = (row: readonly Value[]): string => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))

/** What the rows say one by one, and what is left. */
function naive(rows: readonly Value[][], kinds: readonly number[]): { changes: string[]; left: string[] } {
  const held = new Map<Value, string>()
  const changes: string[] = []
  rows.forEach((row, at) => {
    const [key, after, before] = [row[1] as Value, text(row), held.get(row[1] as Value)]
    if (kinds[at] === rowKind.delete) {
      if (before !== undefined) changes.push(`-D ${before}`)
      held.delete(key)
    } else if (before === undefined) {
      changes.push(`+I ${after}`)
      held.set(key, after)
    } else if (before !== after) {
      changes.push(`-U ${before}`, `+U ${after}`)
      held.set(key, after)
    }
  })
  return { changes, left: [...held.values()].map((row) => `+I ${row}`).sort() }
}

test('an upsert stream becomes the changelog that its rows one by one would make, over crashes; and in batch mode what is left', async () => {
  for (let seed = 1; seed <= 60; seed++) {
    const rng = seededRandom(seed)
    const count = 1 + rng.int(120)
    const rows = Array.from({ length: count }, (): Value[] => [
      rng.int(5) === 0 ? null : 'x'.repeat(rng.int(40)),
      rng.int(8),
      rng.int(4) === 0 ? null : BigInt(rng.int(3)) * 9_007_199_254_740_993n,
      ...wide.map(() => (rng.int(9) === 0 ? null : rng.int(2) / 4)),
    ])
    const kinds = rows.map(() => (rng.int(5) === 0 ? rowKind.delete : rng.int(2) === 0 ? rowKind.insert : rowKind.updateAfter))
    const run = new TestGraph(planned('streaming'))
    const last = new TestGraph(planned('batch'))
    for (const graph of [run.graph, last.graph]) graph.addSplit('scan', '0')
    for (let at = 0; at < count; ) {
      const to = Math.min(count, at + 1 + rng.int(30))
      const batch = Batch.of(schema, rows.slice(at, to), Uint8Array.from(kinds.slice(at, to)))
      if (rng.int(4) === 0) {
        const saved = run.save()
        run.graph.push('scan', '0', batch, 0)
        await run.crash(saved)
      }
      run.graph.push('scan', '0', batch, 0)
      last.graph.push('scan', '0', batch, 0)
      at = to
    }
    last.graph.end('scan', 0)
    const expected = naive(rows, kinds)
    const shown = (graph: TestGraph) => graph.out.rows.map((row, at) => `${graph.out.kinds[at]} ${text(row)}`)
    assert.deepEqual(shown(run), expected.changes, `seed ${seed}`)
    assert.deepEqual(shown(last).sort(), expected.left, `seed ${seed}`)
  }
})
