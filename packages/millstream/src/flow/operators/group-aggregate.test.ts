import assert from 'node:assert/strict'
import test from 'node:test'
import { seededRandom } from '../../base/simulated/random.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { PhysicalPlan, PlanNode } from '../../model/plan.ts'
import { call, column, groupAggregateOf, planOf, scan, sink, table } from '../testing/plans.ts'
import { TestGraph } from '../testing/run-graph.ts'

const fields = [column('k', types.string()), column('n', types.int()), column('d', types.double()), column('f', types.boolean())]
const schema = new Schema(fields)

function planned(mode: PhysicalPlan['mode'], keys: readonly number[], calls: ReturnType<typeof call>[]) {
  const source: PlanNode = { ...scan('scan', table('t', fields), fields), changes: mode === 'streaming' ? 'retract' : 'insert' }
  const groups = groupAggregateOf('group', source, keys, calls)
  return planOf(mode, source, groups, sink('sink', groups))
}

const calls = [
  call('COUNT', fields, null, types.bigint(false)),
  call('COUNT', fields, 1, types.bigint(false), { distinct: true }),
  call('SUM', fields, 1, types.int(), { distinct: true }),
  call('SUM', fields, 1, types.int()),
  call('AVG', fields, 2, types.double(), { filter: 3 }),
  call('MIN', fields, 1, types.int()),
  call('MAX', fields, 2, types.double(), { filter: 3 }),
]

interface Row {
  readonly k: string | null
  readonly n: number | null
  readonly d: number
  readonly f: boolean | null
}

function naive(rows: readonly Row[]): Value[][] {
  const groups = new Map<string | null, Row[]>()
  for (const row of rows) groups.set(row.k, [...(groups.get(row.k) ?? []), row])
  return [...groups].map(([k, held]) => {
    const ns = held.flatMap(({ n }) => (n === null ? [] : [n]))
    const sum = (values: readonly number[]): Value => (values.length === 0 ? null : values.reduce((a, b) => a + b, 0))
    const ds = held.flatMap(({ d, f }) => (f === true ? [d] : []))
    const total = sum(ds)
    const average = total === null ? null : (total as number) / ds.length
    const extremes = [ns.length === 0 ? null : Math.min(...ns), ds.length === 0 ? null : Math.max(...ds)]
    return [k, BigInt(held.length), BigInt(new Set(ns).size), sum([...new Set(ns)]), sum(ns), average, ...extremes]
  })
}

const text = (rows: readonly (readonly Value[])[]): string[] =>
  rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))).sort()

/** What remains of a changelog; a retraction of a row that is not there is a failure. */
function fold(rows: readonly Value[][], kinds: readonly string[]): string[] {
  const left: string[] = []
  rows.forEach((row, at) => {
    const [line = ''] = text([row])
    if (kinds[at] === '+I' || kinds[at] === '+U') left.push(line)
    else {
      const found = left.indexOf(line)
      assert.notEqual(found, -1, `${kinds[at]} of ${line}, which was not there`)
      left.splice(found, 1)
    }
  })
  return left.sort()
}

test('streaming groups fold to the naive groups, for additions and retractions, any batch split, and over crashes', async () => {
  for (let seed = 1; seed <= 80; seed++) {
    const rng = seededRandom(seed)
    const alive: Row[] = []
    const changes: { row: Row; kind: number }[] = []
    for (let i = 0; i < 1 + rng.int(150); i++) {
      if (alive.length > 0 && rng.int(3) === 0) {
        const [row] = alive.splice(rng.int(alive.length), 1)
        changes.push({ row: row as Row, kind: rng.int(2) === 0 ? 1 : 3 })
      } else {
        const k = ['a', 'b', 'c', null][rng.int(4)] ?? null
        // Sums of these doubles are exact in any order.
        const row = { k, n: rng.int(6) === 0 ? null : rng.int(4), d: rng.int(1000) / 4, f: [true, false, null][rng.int(3)] ?? null }
        alive.push(row)
        changes.push({ row, kind: rng.int(2) === 0 ? 0 : 2 })
      }
    }
    const run = new TestGraph(planned('streaming', [0], calls))
    let saved = run.save()
    let savedAt = 0
    let crashes = 2
    for (let at = 0; at < changes.length; ) {
      if (crashes > 0 && rng.int(4) === 0) {
        await run.crash(saved)
        at = savedAt
        crashes--
      }
      const part = changes.slice(at, at + 1 + rng.int(30))
      const kinds = Uint8Array.from(part, ({ kind }) => kind)
      const rows = part.map(({ row }): Value[] => [row.k, row.n, row.d, row.f])
      run.graph.push('scan', '0', Batch.of(schema, rows, kinds), 0)
      at += part.length
      if (rng.int(2) === 0) {
        saved = run.save()
        savedAt = at
      }
    }
    assert.deepEqual(fold(run.out.rows, run.out.kinds), text(naive(alive)), `seed ${seed}`)
  }
})

test('batch mode answers once, at the end', () => {
  const run = new TestGraph(planned('batch', [0], [call('COUNT', fields, null, types.bigint(false))]))
  const rows: Value[][] = [
    ['a', 1, 1, true],
    ['b', 1, 1, true],
    ['a', 1, 1, true],
  ]
  run.graph.push('scan', '0', Batch.of(schema, rows), 0)
  assert.deepEqual(run.out.rows, [])
  run.graph.end('scan', 0)
  assert.deepEqual(text(run.out.rows), ['["a","2n"]', '["b","1n"]'])
})

test('without keys, no rows at all give one row in batch mode and none in streaming mode', () => {
  const empty = [call('COUNT', fields, null, types.bigint(false)), call('SUM', fields, 1, types.int())]
  const batch = new TestGraph(planned('batch', [], empty))
  batch.graph.end('scan', 0)
  assert.deepEqual(batch.out.rows, [[0n, null]])
  const streaming = new TestGraph(planned('streaming', [], empty))
  streaming.graph.end('scan', 0)
  assert.deepEqual(streaming.out.rows, [])
})

test('an update that changes nothing anybody sees is not sent', () => {
  const run = new TestGraph(planned('streaming', [0], [call('MAX', fields, 1, types.int())]))
  for (const n of [5, 3, 7]) run.graph.push('scan', '0', Batch.of(schema, [['a', n, 1, null]]), 0)
  assert.deepEqual(run.out.kinds, ['+I', '-U', '+U'])
})
