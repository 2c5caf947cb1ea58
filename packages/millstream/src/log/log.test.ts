import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { limits } from '../base/limits.ts'
import type { Storage } from '../base/ports.ts'
import { nodeStorage } from '../base/real/storage.ts'
import { systemRandom, systemScheduler } from '../base/real/system.ts'
import { openJobPartition } from './job-partition.ts'
import { auditLedger, edgeLedger, foldEdgeLedger } from './ledger.ts'
import { readRejected } from './read-rejected.ts'
import { openPartitionReader } from './reader.ts'
import { endsOf, range, readNumbers, testAppend, testBatch, testReject, testStream } from './testing.ts'
import { openGatewayPartition } from './writer.ts'

const folders: string[] = []
after(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})
function place() {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-log-'))
  folders.push(folder)
  return {
    folder,
    ports: {
      clock: { nowMs: () => 900, monotonicMs: () => 0 },
      scheduler: systemScheduler,
      random: systemRandom,
      storage: nodeStorage(folder),
    },
  }
}
const options = { contract: () => null }

test('rows come back in order, with their offsets, after a restart too', async () => {
  const { ports } = place()
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  const answers = await Promise.all([writer.append(testAppend(range(0, 5))), writer.append(testAppend(range(5, 7), null, [testReject(3)]))])
  assert.deepEqual(answers, [
    { offset: 0, accepted: 5, rejected: 0, duplicate: false },
    { offset: 5, accepted: 2, rejected: 1, duplicate: false },
  ])
  assert.deepEqual([writer.end(), writer.rejectedEnd()], [7, 1])
  let end = () => writer.end()
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => end()),
    options,
  )
  assert.deepEqual((await reader.next(4))?.batch.rows(), testBatch(range(0, 4)).rows())
  assert.equal(reader.position(), 4)
  assert.deepEqual(await readNumbers(reader), range(4, 7))
  assert.equal(await reader.next(10), null)
  await writer.append(testAppend(range(7, 9)))
  assert.deepEqual(await readNumbers(reader), range(7, 9))
  await writer.close()

  const again = await openGatewayPartition(ports, '', testStream, 0)
  assert.deepEqual([again.end(), again.rejectedEnd(), again.recovered.tornBytes], [9, 1, 0])
  await again.append(testAppend(range(9, 12)))
  end = () => again.end()
  reader.seek(6)
  assert.deepEqual(await readNumbers(reader, 2), range(6, 12))
  await reader.close()
  await again.close()
})

test('a retry is answered from the duplicate table, in flight, later, and after a restart', async () => {
  const { ports } = place()
  const mark = { kind: 'sequence', producer: 'p', epoch: 1, sequence: 4 } as const
  const key = { kind: 'key', keyHash: 'k', bodyHash: 'b' } as const
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  const [first, second] = await Promise.all([writer.append(testAppend([1, 2], mark)), writer.append(testAppend([1, 2], mark))])
  assert.deepEqual([first?.duplicate, second?.duplicate, writer.end()], [false, true, 2])
  await writer.append(testAppend([3], key))
  assert.deepEqual(await writer.append(testAppend([3], key)), { offset: 2, accepted: 1, rejected: 0, duplicate: true })
  await writer.close()
  const again = await openGatewayPartition(ports, '', testStream, 0)
  assert.equal((await again.append(testAppend([1, 2], mark))).duplicate, true)
  assert.equal((await again.append(testAppend([3], key))).duplicate, true)
  await assert.rejects(again.append(testAppend([9], { ...key, bodyHash: 'other' })), { code: 'MS-3010' })
  await assert.rejects(again.append(testAppend([9], { ...mark, epoch: 0 })), { code: 'MS-3011' })
  for (let sequence = 5; sequence < 40; sequence++) await again.append(testAppend([sequence], { ...mark, sequence }))
  await assert.rejects(again.append(testAppend([1, 2], mark)), { code: 'MS-3012' })
  assert.equal(again.end(), 3 + 35)
  await again.close()
})

test('a torn tail is cut, and a damaged block in the middle is named and never served', async () => {
  const { folder, ports } = place()
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  await writer.append(testAppend(range(0, 3)))
  await writer.append(testAppend(range(3, 6)))
  await writer.append(testAppend(range(6, 9)))
  await writer.close()
  const path = join(folder, 'streams/s1/0', '0-1.log')
  const bytes = readFileSync(path)
  const size = bytes.length
  writeFileSync(path, bytes.subarray(0, size - 100))
  rmSync(join(folder, 'streams/s1/0/snapshot.json'))
  const again = await openGatewayPartition(ports, '', testStream, 0)
  assert.equal(again.end(), 6)
  await again.append(testAppend(range(6, 8)))
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => again.end()),
    options,
  )
  assert.deepEqual(await readNumbers(reader), range(0, 8))
  await again.close()
  await reader.close()
  assert.deepEqual(readdirSync(join(folder, 'streams/s1/0')).sort(), ['0-1.log', '6-2.log', 'snapshot.json'])

  const torn = readFileSync(path)
  torn[torn.indexOf('row 4')] = 0x58
  writeFileSync(path, torn)
  const damaged = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => 8),
    options,
  )
  assert.equal((await damaged.next(3))?.batch.rowCount, 3)
  await assert.rejects(damaged.next(3), {
    code: 'MS-3003',
    values: {
      streamUid: 's1',
      partition: 0,
      segment: '0-1.log',
      position: 832,
      offset: 3,
      reason: 'the checksum of a column does not match',
    },
  })
  await damaged.close()
})

test('an attempt of a job is seen up to the committed end only, whatever a zombie writes', async () => {
  const { ports } = place()
  let end = 0
  const first = await openJobPartition(ports, '', testStream, 3, { attempt: 1, end: 0 })
  await first.write(testBatch(range(0, 5)))
  const prepared = await first.prepare()
  assert.deepEqual(prepared, { end: 5, segments: ['0-1.log'] })
  end = prepared.end
  await first.write(testBatch([100, 101]))
  await first.prepare()
  const second = await openJobPartition(ports, '', testStream, 3, { attempt: 2, end })
  await second.write(testBatch(range(5, 9)))
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    3,
    endsOf(() => end),
    options,
  )
  assert.deepEqual(await readNumbers(reader), range(0, 5))
  end = (await second.prepare()).end
  await first.write(testBatch([102]))
  await first.prepare()
  assert.deepEqual(await readNumbers(reader), range(5, 9))
  await Promise.all([first.close(), second.close(), reader.close()])
})

test('rows of a job whose write failed are never committed around: its attempt is over', async () => {
  const { ports } = place()
  let isFull = true
  const storage: Storage = {
    ...ports.storage,
    open: (path, mode) =>
      isFull && mode === 'create'
        ? Promise.reject(Object.assign(new Error('no space'), { code: 'ENOSPC' }))
        : ports.storage.open(path, mode),
  }
  const attempt = await openJobPartition({ ...ports, storage }, '', testStream, 3, { attempt: 1, end: 0 })
  await assert.rejects(attempt.write(testBatch(range(0, limits.jobBlockRows))), { code: 'MS-3004' })
  isFull = false
  await assert.rejects(attempt.prepare(), { code: 'MS-3004' })
})

test('only the columns asked for are read, and a reader can go to a time', async () => {
  const { ports } = place()
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  for (let i = 0; i < 5; i++) await writer.append({ ...testAppend(range(i * 10, i * 10 + 10)), receivedAtMs: 1000 + i * 100 })
  const reader = openPartitionReader(
    ports.storage,
    '',
    testStream,
    0,
    endsOf(() => writer.end()),
    { ...options, columns: ['n'] },
  )
  assert.equal(await reader.seekTime(1150), 20)
  const slice = await reader.next(25)
  assert.deepEqual(slice?.batch.schema.text(), '(n BIGINT)')
  assert.deepEqual([slice?.offset, slice?.batch.rowCount, slice?.ingestTimesMs()[0], slice?.ingestTimesMs()[24]], [20, 25, 1200, 1400])
  assert.equal(await reader.seekTime(9999), 50)
  await Promise.all([writer.close(), reader.close()])
})

test('rejected rows keep their bytes, reason and place, and the ledger adds up', async () => {
  const { ports } = place()
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  await writer.append(testAppend(range(0, 3), null, [testReject(1), testReject(2)]))
  await writer.append(testAppend([], null, [testReject(3)]))
  await writer.append({ ...testAppend([3]), receivedAtMs: 70_000 })
  const ends = { end: writer.end(), rejectedEnd: writer.rejectedEnd() }
  const rejected = await readRejected(ports.storage, '', testStream, 0, { ...ends, from: 1, rowsMax: 10 })
  assert.deepEqual(
    rejected.map(({ number, offset, row }) => [number, offset, row]),
    [
      [1, 0, testReject(2)],
      [2, 3, testReject(3)],
    ],
  )
  const little = await readRejected(ports.storage, '', testStream, 0, { ...ends, rowsMax: 10, bytesMax: testReject(1).bytes.length + 1 })
  assert.deepEqual(
    little.map(({ number }) => number),
    [0, 1],
    'no more bytes than asked for, but for the last row',
  )
  const entries = edgeLedger('s1', 0, writer.account())
  assert.deepEqual(
    entries.map((entry) => [entry.minuteMs, entry.from, entry.to, entry.in, entry.out, entry.rejected]),
    [
      [0, 0, 3, 6, 3, 3],
      [60_000, 3, 4, 1, 1, 0],
    ],
  )
  assert.deepEqual(await foldEdgeLedger(ports.storage, '', testStream, 0, ends), entries)
  assert.deepEqual(auditLedger(entries), [])
  const [first, second] = entries
  assert.deepEqual(
    auditLedger([
      { ...first, to: 2, out: 9 },
      { ...second, from: 3 },
    ] as typeof entries).map((found) => found.kind),
    ['unbalanced', 'gap'],
  )
  await writer.close()
})
