import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { nodeStorage } from '../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../base/real/system.ts'
import { streamConnector } from '../connect/stream/connector.ts'
import { Batch } from '../data/batch.ts'
import { physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import { call, groupAggregateOf, planOf, scan, sink, table, watermarkOn, windowAggregateOf } from '../flow/testing/plans.ts'
import type { QueryProgress } from './query.ts'
import { runPreview, runSelect } from './select.ts'
import { contractOf, TestHub } from './testing/hub.ts'

const folder = mkdtempSync(join(tmpdir(), 'millstream-select-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const contract = contractOf([
  ['ts', types.timestamp(3, false)],
  ['k', types.string()],
  ['n', types.bigint()],
])
const fields = physicalSchema(contract).fields.map(({ name, type }) => ({ name, type }))
const stream = table('playback', fields, { kind: 'stream', uid: 'playback', connector: 'millstream' })
const ms = (value: number): bigint => BigInt(value) * 1_000_000n
const rows = (...values: readonly [seconds: number, k: string, n: number][]): Batch =>
  Batch.of(
    physicalSchema(contract),
    values.map(([seconds, k, n]): Value[] => [ms(seconds * 1000), k, BigInt(n)]),
  )

async function place() {
  const hub = new TestHub({
    clock: systemClock,
    scheduler: systemScheduler,
    random: systemRandom,
    storage: nodeStorage(mkdtempSync(join(folder, 'x'))),
  })
  const connectors = [streamConnector({ ports: hub.ports, dataFolder: '', ends: hub.ends, streams: hub.catalogue })]
  hub.addStream('playback', contract, [
    { partition: 0, owner: 'gateway' },
    { partition: 3, owner: 'gateway' },
  ])
  return { hub, host: { ports: hub.ports, connectors, mode: 'compiled' as const } }
}

test('a SELECT that ends answers the final groups of what was committed when it began', async () => {
  const { hub, host } = await place()
  await hub.append('playback', 0, rows([1, 'a', 1], [2, 'b', 2]))
  await hub.append('playback', 3, rows([3, 'a', 10]))
  const source = scan('scan', stream, fields, 0)
  const groups = groupAggregateOf('group', source, [1], [call('SUM', fields, 2, types.bigint())])
  const answered: Value[][] = []
  const end = await runSelect(planOf('batch', source, groups, sink('sink', groups)), host, {
    fromMs: null,
    rowsMax: 100,
    durationMs: null,
    signal: new AbortController().signal,
    onRows: (batch) => void answered.push(...batch.rows()),
  })
  assert.equal(end, 'end')
  assert.deepEqual(answered, [
    ['a', 11n],
    ['b', 2n],
  ])
  await hub.close()
})

test('a row limit stops a SELECT', async () => {
  const { hub, host } = await place()
  await hub.append('playback', 0, rows([1, 'a', 1], [2, 'b', 2], [3, 'c', 3]))
  const source = scan('scan', stream, fields, 0)
  const answered: Value[][] = []
  const options = { fromMs: null, rowsMax: 2, durationMs: null, signal: new AbortController().signal }
  const end = await runSelect(planOf('batch', source, sink('sink', source)), host, {
    ...options,
    onRows: (batch) => void answered.push(...batch.rows()),
  })
  assert.equal(end, 'rows')
  assert.equal(answered.length, 2)
  await hub.close()
})

test('a preview shows live rows and says why a window has not fired', async () => {
  const { hub, host } = await place()
  const source = scan('scan', stream, fields, 0)
  const marked = watermarkOn('mark', source, 0, 0)
  const windows = windowAggregateOf(
    'window',
    marked,
    { kind: 'tumble', timeColumn: 0, sizeMs: 60_000, offsetMs: 0 },
    [],
    [call('COUNT', fields, null, types.bigint(false))],
  )
  const plan = planOf('streaming', source, marked, windows, sink('raw', source), sink('sink', windows))
  const seen: Record<string, number> = {}
  let last: QueryProgress | null = null
  const stopper = new AbortController()
  const preview = runPreview(plan, host, {
    fromMs: null,
    rowsMax: 100,
    durationMs: 5_000,
    signal: stopper.signal,
    onRows: (node, batch) => {
      seen[node.id] = (seen[node.id] ?? 0) + batch.rowCount
      if (seen['raw'] === 2) stopper.abort()
    },
    onProgress: (progress) => {
      last = progress
    },
  })
  await hub.append('playback', 0, rows([86_400, 'a', 1]))
  await hub.append('playback', 3, rows([86_390, 'a', 1]))
  assert.equal(await preview, 'aborted')
  assert.deepEqual(seen, { raw: 2 })
  const progress = last as QueryProgress | null
  assert.equal(progress?.windows[0]?.text, 'watermark 23:59:50, held by playback partition 3; window ends 00:00:00')
  assert.equal(progress?.nodes['scan']?.rowsOut, 2)
  await hub.close()
})
