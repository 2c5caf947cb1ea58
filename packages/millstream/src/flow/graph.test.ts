import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Batch } from '../data/batch.ts'
import { Schema } from '../data/schema.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { PlanNode, SortLimitNode } from '../model/plan.ts'
import { call, column, groupAggregateOf, planOf, scan, sink, table, watermarkOn, windowAggregateOf } from './testing/plans.ts'
import { TestGraph } from './testing/run-graph.ts'

const fields = [column('ts', types.timestamp(3)), column('mark', types.timestamp(3)), column('k', types.string())]
const schema = new Schema(fields)
const ms = (value: number): bigint => BigInt(value) * 1_000_000n
/** Rows of (time, watermark that follows it), in milliseconds. */
const rows = (...pairs: readonly (readonly [ts: number, mark: number])[]): Batch =>
  Batch.of(
    schema,
    pairs.map(([ts, mark]): Value[] => [ms(ts), ms(mark), 'a']),
  )

function counted(idleTimeoutMs = 0) {
  const source = scan('scan', table('t', fields), fields, 0)
  const marked = watermarkOn('mark', source, 0, 1, idleTimeoutMs)
  const spec = { kind: 'tumble', timeColumn: 0, sizeMs: 1000, offsetMs: 0 } as const
  const windows = windowAggregateOf('window', marked, spec, [], [call('COUNT', fields, null, types.bigint(false))])
  return new TestGraph(planOf('streaming', source, marked, windows, sink('sink', windows)))
}

test('a row is late or not whatever the batch: the watermark goes out between the rows of a batch', () => {
  for (const split of [false, true]) {
    const run = counted()
    run.graph.addSplit('scan', '0')
    const all = rows([100, 100], [1500, 1500], [200, 200], [1600, 1600])
    if (split) for (let row = 0; row < 4; row++) run.graph.push('scan', '0', all.slice(row, row + 1), 0)
    else run.graph.push('scan', '0', all, 0)
    assert.deepEqual(run.out.rows, [[1n, 0n, ms(1000)]])
    assert.equal(run.out.late.length, 1)
  }
})

test('a window fires at its end less a millisecond, not before', () => {
  const run = counted()
  run.graph.addSplit('scan', '0')
  run.graph.push('scan', '0', rows([5, 998]), 0)
  assert.equal(run.out.rows.length, 0)
  run.graph.push('scan', '0', rows([1500, 999]), 0)
  assert.equal(run.out.rows.length, 1)
})

test('the watermark is the minimum over the active splits; an idle one is left out and does not pull it back when it wakes', () => {
  const run = counted(5_000)
  run.graph.addSplit('scan', '0')
  run.graph.addSplit('scan', '1')
  run.graph.push('scan', '0', rows([100, 3000]), 0)
  run.graph.quiet('scan', '1', 0)
  run.graph.quiet('scan', '1', 4_999)
  assert.equal(run.out.rows.length, 0, 'split 1 has said nothing, and is not idle yet')
  run.graph.quiet('scan', '1', 5_000)
  assert.equal(run.out.rows.length, 1)
  assert.equal(run.graph.watermark('window'), 3000)
  run.graph.push('scan', '1', rows([500, 400], [3500, 3400]), 6_000)
  assert.equal(run.graph.watermark('window'), 3000, 'it does not go back')
  assert.equal(run.out.late.length, 1)
})

test('a null event time fails the job by name', () => {
  const run = counted()
  assert.throws(() => run.graph.push('scan', '0', Batch.of(schema, [[null, 0n, 'a']]), 0), { code: 'MS-5001' })
})

test('bounded input ends with the MAX watermark: every window fires', () => {
  const run = counted()
  run.graph.addSplit('scan', '0')
  run.graph.push('scan', '0', rows([100, 0], [5100, 0]), 0)
  run.graph.endSplit('scan', '0')
  assert.equal(run.out.rows.length, 0)
  run.graph.end('scan', 0)
  assert.deepEqual(
    run.out.rows.map(([count]) => count),
    [1n, 1n],
  )
})

test('a union waits for the slower input, and for the end of both', () => {
  const left = scan('left', table('l', fields), fields, 0)
  const right = scan('right', table('r', fields), fields, 0)
  const marks = [watermarkOn('left-mark', left, 0, 1), watermarkOn('right-mark', right, 0, 1)]
  const union: PlanNode = { kind: 'union', id: 'union', fields, changes: 'insert', rowtime: 0, inputs: ['left-mark', 'right-mark'] }
  const spec = { kind: 'tumble', timeColumn: 0, sizeMs: 1000, offsetMs: 0 } as const
  const windows = windowAggregateOf('window', union, spec, [2], [call('COUNT', fields, null, types.bigint(false))])
  const run = new TestGraph(planOf('streaming', left, right, ...marks, union, windows, sink('sink', windows)))
  run.graph.addSplit('left', '0')
  run.graph.addSplit('right', '0')
  run.graph.push('left', '0', rows([100, 5000]), 0)
  assert.equal(run.graph.watermark('window'), Number.NEGATIVE_INFINITY)
  run.graph.push('right', '0', rows([200, 1500]), 0)
  assert.equal(run.graph.watermark('window'), 1500)
  assert.deepEqual(run.out.rows, [['a', 2n, 0n, ms(1000)]])
  run.graph.end('left', 0)
  assert.equal(run.graph.watermark('window'), 1500)
  run.graph.end('right', 0)
  assert.equal(run.graph.watermark('window'), Number.POSITIVE_INFINITY)
})

test('a window table function shows each row once for each window that holds it', () => {
  const source = scan('scan', table('t', fields), fields, 0)
  const times = ['window_start', 'window_end', 'window_time'].map((name) => column(name, types.timestamp(3, false)))
  const window = { kind: 'hop', timeColumn: 0, sizeMs: 2000, slideMs: 1000, offsetMs: 0 } as const
  const node: PlanNode = { kind: 'window', id: 'w', fields: [...fields, ...times], changes: 'insert', rowtime: 5, input: 'scan', window }
  const run = new TestGraph(planOf('streaming', source, node, sink('sink', node)))
  run.graph.push('scan', '0', rows([1500, 0]), 0)
  assert.deepEqual(
    run.out.rows.map((row) => row.slice(3)),
    [
      [ms(1000), ms(3000), ms(2999)],
      [ms(0), ms(2000), ms(1999)],
    ].reverse(),
  )
})

test('sort and limit answer at the end, by order, nulls where they are wanted', () => {
  const source = scan('scan', table('t', fields), fields)
  const order = [
    { column: 2, descending: true, nullsFirst: true },
    { column: 0, descending: false, nullsFirst: true },
  ]
  const sorted: SortLimitNode = {
    kind: 'sort-limit',
    id: 's',
    fields,
    changes: 'insert',
    rowtime: null,
    input: 'scan',
    order,
    offset: 1,
    limit: 3,
  }
  const run = new TestGraph(planOf('batch', source, sorted, sink('sink', sorted)))
  const values: Value[][] = [
    [3n, 0n, 'a'],
    [1n, 0n, 'b'],
    [2n, 0n, null],
    [1n, 0n, 'a'],
    [2n, 0n, 'ä'],
  ]
  run.graph.push(
    'scan',
    '0',
    Batch.of(
      schema,
      values.map(([ts, mark, k]) => [ms(Number(ts)), mark ?? null, k ?? null]),
    ),
    0,
  )
  run.graph.end('scan', 0)
  assert.deepEqual(
    run.out.rows.map(([ts, , k]) => [ts, k]),
    [
      [ms(2), 'ä'],
      [ms(1), 'b'],
      [ms(1), 'a'],
    ],
  )
})

test('a plan that cannot run says why', () => {
  const source = scan('scan', table('t', fields), fields)
  assert.throws(() => new TestGraph(planOf('streaming', { ...sink('sink', source), input: 'nowhere' })), { code: 'MS-5002' })
  const circle = { ...sink('a', source), input: 'b' }
  assert.throws(() => new TestGraph(planOf('streaming', circle, { ...sink('b', source), input: 'a' })), { code: 'MS-5002' })
  assert.throws(() => new TestGraph({ ...planOf('streaming', source), version: 2 as never }), { code: 'MS-5002' })
})

test('what is not there yet is named', () => {
  const source = scan('scan', table('t', fields), fields)
  const unknown = groupAggregateOf('g', source, [], [call('LISTAGG', fields, 2, types.string())])
  assert.throws(() => new TestGraph(planOf('streaming', source, unknown)), {
    code: 'MS-5000',
    message: 'The aggregate LISTAGG is not there yet',
  })
})
