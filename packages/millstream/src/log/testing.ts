import { limits } from '../base/limits.ts'
import type { Ports } from '../base/ports.ts'
import { Batch } from '../data/batch.ts'
import { type Contract, physicalSchema } from '../data/contract.ts'
import { types } from '../data/types.ts'
import type { Value } from '../data/value.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import type { Append, Ends, PartitionReader, ProducerMark, RejectedRow } from './log.ts'
import { type GatewayPartition, openGatewayPartition } from './writer.ts'

/** A small stream for tests: an event time, a name, a number. */
export const testContract: Contract = {
  version: 1,
  columns: [
    { kind: 'physical', id: 1, name: 'ts', type: types.timestampLtz(3, false) },
    { kind: 'physical', id: 2, name: 'name', type: types.string() },
    { kind: 'physical', id: 3, name: 'n', type: types.bigint() },
  ],
  watermark: { column: 'ts', expression: 'ts' },
  primaryKey: [],
  distributedBy: [],
  buckets: 1,
  options: {},
  comment: null,
}

export const testStream: StreamDescriptor = {
  uid: 's1',
  tenant: 'default',
  name: 'playback',
  contract: testContract,
  partitions: [{ partition: 0, owner: 'gateway' }],
}

export const testSchema = physicalSchema(testContract)

/** One row a number: the time is the number in seconds, the name its text; every tenth name is null. */
export function testBatch(numbers: readonly number[]): Batch {
  return Batch.of(
    testSchema,
    numbers.map((n): Value[] => [BigInt(n) * 1_000_000_000n, n % 10 === 0 ? null : `row ${n}`, BigInt(n)]),
  )
}

export function testAppend(
  numbers: readonly number[],
  producer: ProducerMark | null = null,
  rejected: readonly RejectedRow[] = [],
): Append {
  return { batch: testBatch(numbers), contractVersion: 1, rejected, producer, receivedAtMs: 1_000 }
}

export const testReject = (line: number): RejectedRow => ({
  bytes: new TextEncoder().encode(`{"bad": ${line}`),
  reason: 'not JSON',
  code: 'MS-1004',
  line,
  column: 9,
})

/** Ends that a test sets, or that follow a writer. */
export function endsOf(end: () => number): Ends {
  return { end, onMove: () => () => {} }
}

export async function readNumbers(reader: PartitionReader, rowsMax = 4096): Promise<number[]> {
  const numbers: number[] = []
  for (;;) {
    const slice = await reader.next(rowsMax)
    if (slice === null) return numbers
    const position = slice.batch.schema.position('n')
    for (const row of slice.batch.rows()) numbers.push(Number(row[position]))
  }
}

export const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, index) => from + index)

/** Five segments of ten rows and a rejected one each, an hour apart. */
export async function fiveSegments(ports: Ports): Promise<GatewayPartition> {
  const writer = await openGatewayPartition(ports, '', testStream, 0)
  for (let hour = 0; hour < 5; hour++) {
    await writer.append({ ...testAppend(range(hour * 10, hour * 10 + 10), null, [testReject(hour)]), receivedAtMs: ports.clock.nowMs() })
    await ports.scheduler.sleep(limits.segmentAgeMsMax)
  }
  return writer
}
