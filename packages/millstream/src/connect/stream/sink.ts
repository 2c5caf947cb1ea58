import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import { Batch } from '../../data/batch.ts'
import type { PreparedPartition, Sink, SinkRequest } from '../../flow/connector.ts'
import { isPreparedPartition } from '../../flow/connector.ts'
import { type JobPartition, openJobPartition } from '../../log/job-partition.ts'
import { endKey } from '../../model/hub.ts'
import type { StreamAccess } from './connector.ts'
import { upserts } from './upserts.ts'

/** Writes the partition that the job owns. The checkpoint's commit is what makes its rows visible: `commit` has nothing to do. */
export function streamSink(access: StreamAccess, request: SinkRequest): Sink {
  const { streamUid, partition } = must(request.output, 'output partition')
  const stream = access.streams.byUid(streamUid)
  if (stream === null) throw errors.fail('MS-5012', { stream: request.table.name })
  const restored = isPreparedPartition(request.restore) ? request.restore.end : 0
  const start = { attempt: request.attempt, end: Math.max(restored, access.ends.end(streamUid, partition)) }
  const keys = request.schema.fields.flatMap(({ name }, position) => (stream.contract.primaryKey.includes(name) ? [position] : []))
  let opened: Promise<JobPartition> | null = null
  const open = (): Promise<JobPartition> => {
    opened ??= openJobPartition(access.ports, access.dataFolder, stream, partition, start)
    return opened
  }
  return {
    async write(batch) {
      const rows = new Batch(request.schema, batch.rowCount, batch.columns, batch.kinds)
      await (await open()).write(keys.length === 0 ? rows : upserts(rows, keys))
    },
    async prepare(): Promise<PreparedPartition | null> {
      if (opened === null) return null
      const { end, segments } = await (await open()).prepare()
      return { partition: endKey(streamUid, partition), end, segments }
    },
    async commit() {},
    async abort() {},
    async close() {
      if (opened !== null) await (await opened).close()
    },
  }
}
