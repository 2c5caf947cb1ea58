import type { Ports } from '../base/ports.ts'
import type { StreamDescriptor } from '../model/streams.ts'
import { GroupCommitWriter } from './group-commit.ts'
import { join, makePartitionFolder } from './layout.ts'
import type { PartitionWriter } from './log.ts'
import type { AccountRow, OpeningMarker } from './marker.ts'
import { type Recovered, recoverPartition } from './recovery.ts'
import { type SegmentOwner, SegmentWriter } from './segment-writer.ts'

/** The gateway's writer of a partition. Batches given to `append` must stand unchanged until it resolves. */
export interface GatewayPartition extends PartitionWriter {
  readonly recovered: Recovered
  /** Rejected rows of the partition that are committed. */
  rejectedEnd(): number
  /** Calls back after the committed end, or that of the rejected rows, moved. */
  onMove(listener: (end: number, rejectedEnd: number) => void): void
  /** The edge's account of this partition, by minute, retired segments included. */
  account(): readonly AccountRow[]
}

/** Opens the one writer of a gateway partition: recovers it first. `dataFolder` is a path of `ports.storage`. */
export async function openGatewayPartition(
  ports: Ports,
  dataFolder: string,
  stream: StreamDescriptor,
  partition: number,
): Promise<GatewayPartition> {
  const folder = await makePartitionFolder(ports.storage, dataFolder, stream.uid, partition)
  const found = await recoverPartition(ports.storage, folder, stream.uid, partition)
  const owner: SegmentOwner = { streamUid: stream.uid, partition, eventTime: stream.contract.watermark?.column ?? null }
  let writer: SegmentWriter | null = null
  const { last } = found
  if (last !== null && last.scan.position === last.sizeBytes && last.scan.damaged.length === 0) {
    const file = await ports.storage.open(join(folder, last.segment.name), 'write')
    writer = new SegmentWriter(ports.storage, folder, owner, last.segment, file, last.scan.position)
  }
  const previous: OpeningMarker['previous'] =
    last === null
      ? null
      : { segment: last.segment.name, bytes: last.scan.position, end: found.point.end, rejectedEnd: found.point.rejectedEnd }
  const previousBase = last?.segment.base ?? -1
  return new GroupCommitWriter(ports, folder, owner, { ...found, writer, previous, previousBase })
}
