import assert from 'node:assert/strict'
import test from 'node:test'
import type { Random } from '../../base/ports.ts'
import { seededRandom } from '../../base/simulated/random.ts'
import { Batch } from '../../data/batch.ts'
import { Schema } from '../../data/schema.ts'
import { types } from '../../data/types.ts'
import type { Value } from '../../data/value.ts'
import type { WindowSpec } from '../../model/plan.ts'
import { call, column, planOf, scan, sink, table, watermarkOn, windowAggregateOf } from '../testing/plans.ts'
import { TestGraph } from '../testing/run-graph.ts'

const fields = [
  column('ts', types.timestamp(3)),
  column('mark', types.timestamp(3)),
  column('k', types.string()),
  column('n', types.int()),
  column('b', types.bigint()),
  column('d', types.decimal(10, 2)),
  column('s', types.string()),
  column('f', types.boolean()),
]
const [TS, , K, N, B, D, S, F] = [0, 1, 2, 3, 4, 5, 6, 7]
const schema = new Schema(fields)
const delayMs = 2_000

interface Event {
  readonly ms: number
  readonly k: string | null
  readonly n: number | null
  readonly b: bigint | null
  readonly d: bigint | null
  readonly s: string | null
  readonly f: boolean | null
}

const ms = (value: number): bigint => BigInt(value) * 1_000_000n
const rowOf = (event: Event): Value[] => [ms(event.ms), ms(event.ms - delayMs), event.k, event.n, event.b, event.d, event.s, event.f]

function makeEvents(rng: Random, count: number): Event[] {
  const maybe = <T>(value: T): T | null => (rng.int(8) === 0 ? null : value)
  let ms = -5_000
  return Array.from({ length: count }, () => {
    ms += rng.int(400)
    return {
      // Mostly within the watermark's delay, sometimes late.
      ms: ms - rng.int(rng.int(10) === 0 ? 12_000 : delayMs),
      k: maybe(['a', 'b', 'Zürich', ''][rng.int(4)] as string),
      n: maybe(rng.int(5) === 0 ? 2_000_000_000 : rng.int(100) - 50),
      b: maybe(rng.int(6) === 0 ? 9_223_372_036_854_775_000n - BigInt(rng.int(9)) : BigInt(rng.int(1000)) - 500n),
      d: maybe(BigInt(rng.int(100_000)) - 50_000n),
      s: maybe(['x', 'yy', 'ä', 'zzz', ''][rng.int(5)] as string),
      f: maybe(rng.int(2) === 0),
    }
  })
}

/** What Flink's window aggregate answers for events that arrive one by one, written as simply as possible. */
function naive(events: readonly Event[], windowsOf: (ms: number) => readonly (readonly [start: number, end: number])[]) {
  const open = new Map<string, { start: number; end: number; k: string | null; events: Event[] }>()
  const out: Value[][] = []
  let late = 0
  let watermark = Number.NEGATIVE_INFINITY
  const fire = (): void => {
    for (const [id, { start, end, k, events: held }] of open) {
      if (end - 1 > watermark) continue
      open.delete(id)
      out.push([k, ...answer(held), ms(start), ms(end)])
    }
  }
  for (const event of events) {
    const windows = windowsOf(event.ms)
    if (windows.every(([, end]) => end - 1 <= watermark)) late++
    for (const [start, end] of windows) {
      if (end - 1 <= watermark) continue
      const id = JSON.stringify([start, end, event.k])
      const held = open.get(id) ?? { start, end, k: event.k, events: [] }
      held.events.push(event)
      open.set(id, held)
    }
    watermark = Math.max(watermark, event.ms - delayMs)
    fire()
  }
  watermark = Number.POSITIVE_INFINITY
  fire()
  return { out, late }
}

function answer(events: readonly Event[]): Value[] {
  const ns = events.flatMap(({ n }) => (n === null ? [] : [n]))
  const bs = events.flatMap(({ b }) => (b === null ? [] : [b]))
  const ds = events.flatMap(({ d }) => (d === null ? [] : [d]))
  const ss = events.flatMap(({ s }) => (s === null ? [] : [s]))
  const sumB = bs.reduce((sum, b) => sum + b, 0n)
  const sumN = ns.reduce((sum, n) => sum + n, 0)
  const bytesOrder = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
  const distinct = new Set(events.flatMap(({ n, f }) => (n === null || f !== true ? [] : [n])))
  return [
    BigInt(events.length),
    ns.length === 0 ? null : sumN | 0,
    ns.length === 0 ? null : Math.trunc(sumN / ns.length),
    bs.length === 0 ? null : BigInt.asIntN(64, sumB),
    bs.toSorted(bigOrder)[0] ?? null,
    bs.toSorted(bigOrder).at(-1) ?? null,
    ds.length === 0 ? null : ds.reduce((sum, d) => sum + d, 0n),
    [...ss].sort(bytesOrder)[0] ?? null,
    [...ss].sort(bytesOrder).at(-1) ?? null,
    BigInt(distinct.size),
    BigInt(events.filter(({ f, s }) => f === true && s !== null).length),
    [...new Set(ss)].length === 0 ? 0n : BigInt(new Set(ss).size),
  ]
}

const calls = [
  call('COUNT', fields, null, types.bigint(false)),
  call('SUM', fields, N, types.int()),
  call('AVG', fields, N, types.int()),
  call('SUM', fields, B, types.bigint()),
  call('MIN', fields, B, types.bigint()),
  call('MAX', fields, B, types.bigint()),
  call('SUM', fields, D, types.decimal(38, 2)),
  call('MIN', fields, S, types.string()),
  call('MAX', fields, S, types.string()),
  call('COUNT', fields, N, types.bigint(false), { distinct: true, filter: F }),
  call('COUNT', fields, S, types.bigint(false), { filter: F }),
  call('COUNT', fields, S, types.bigint(false), { distinct: true }),
]

const bigOrder = (a: bigint, b: bigint): number => (a < b ? -1 : Number(a > b))
const sorted = (rows: readonly (readonly Value[])[]): string[] =>
  rows.map((row) => JSON.stringify(row, (_, value) => (typeof value === 'bigint' ? `${value}n` : value))).sort()

const specs: readonly { spec: WindowSpec; windows: (ms: number) => [number, number][] }[] = [
  {
    spec: { kind: 'tumble', timeColumn: TS, sizeMs: 3_000, offsetMs: 0 },
    windows: (at) => [[Math.floor(at / 3_000) * 3_000, Math.floor(at / 3_000) * 3_000 + 3_000]],
  },
  {
    spec: { kind: 'tumble', timeColumn: TS, sizeMs: 3_000, offsetMs: 700 },
    windows: (at) => [[Math.floor((at - 700) / 3_000) * 3_000 + 700, Math.floor((at - 700) / 3_000) * 3_000 + 3_700]],
  },
  {
    spec: { kind: 'hop', timeColumn: TS, sizeMs: 6_000, slideMs: 2_000, offsetMs: 0 },
    windows: (at) => [0, 1, 2].map((i) => Math.floor(at / 2_000) * 2_000 - i * 2_000).map((start) => [start, start + 6_000]),
  },
  {
    spec: { kind: 'cumulate', timeColumn: TS, sizeMs: 6_000, stepMs: 2_000, offsetMs: 0 },
    windows: (at) => {
      const start = Math.floor(at / 6_000) * 6_000
      return [2_000, 4_000, 6_000].map((length): [number, number] => [start, start + length]).filter(([, end]) => at < end)
    },
  },
]

for (const { spec, windows } of specs) {
  test(`${spec.kind} (offset ${spec.offsetMs}) equals the naive aggregate for any batch split, and over crashes`, async () => {
    for (let seed = 1; seed <= 60; seed++) {
      const rng = seededRandom(seed)
      const events = makeEvents(rng, 1 + rng.int(300))
      const source = scan('scan', table('events', fields), fields, TS)
      const marked = watermarkOn('mark', source, TS, 1)
      const aggregated = windowAggregateOf('window', marked, spec, [K], calls)
      const run = new TestGraph(planOf('streaming', source, marked, aggregated, sink('sink', aggregated)))
      run.graph.addSplit('scan', '0')
      let saved = run.save()
      let savedAt = 0
      const crashAt = rng.int(events.length)
      let crashed = false
      for (let at = 0; at < events.length; ) {
        if (!crashed && at >= crashAt) {
          await run.crash(saved)
          at = savedAt
          crashed = true
        }
        const rows = events.slice(at, at + 1 + rng.int(64)).map(rowOf)
        run.graph.push('scan', '0', Batch.of(schema, rows), 0)
        at += rows.length
        if (rng.int(3) === 0) {
          saved = run.save()
          savedAt = at
        }
      }
      run.graph.endSplit('scan', '0')
      run.graph.end('scan', 0)
      const expected = naive(events, windows)
      assert.deepEqual(sorted(run.out.rows), sorted(expected.out), `seed ${seed}`)
      assert.equal(run.out.late.length, expected.late, `late rows of seed ${seed}`)
      assert.ok(run.fileCount < 40, 'old delta files are let go')
    }
  })
}
