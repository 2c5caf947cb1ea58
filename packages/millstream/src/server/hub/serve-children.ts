import { errors } from '../../base/errors.ts'
import type { Rpc } from '../../base/rpc.ts'
import { systemPrincipal } from '../../control/allow.ts'
import { lateStream } from '../../control/definitions/streams.ts'
import type { StreamSpec } from '../../control/records.ts'
import { Batch } from '../../data/batch.ts'
import { physicalSchema } from '../../data/contract.ts'
import { deadLetterContract, lateStreamName } from '../../model/dead-letters.ts'
import type { CheckpointRecord, Hello, JobStatus } from '../../model/hub.ts'
import type { DeadRowsMessage } from '../dead-rows.ts'
import type { RoleWelcome } from '../welcome.ts'
import type { Asks } from './asks.ts'
import type { Reconciler } from './reconciler.ts'
import type { HubState } from './state.ts'

const jobMemoryBytesMax = 512 * 1024 * 1024

/** What a child is told when it comes. A job's attempt is raised first: an older worker commits nothing more. */
export async function welcome(hub: HubState, reconciler: Reconciler, hello: Hello): Promise<RoleWelcome> {
  if (hello.role === 'olap') return { datasets: reconciler.datasets() }
  const job = hello.role === 'job' && hello.job !== undefined ? hub.jobs.get(hello.job) : null
  if (job === null || job.desired !== 'running') return {}
  const { attempt, record: restore } = await hub.jobs.raiseAttempt(job.uid)
  const { uid, tenant, name, revision, plan, outputs, lateOutput } = job
  return { job: { uid, tenant, name, revision, attempt, plan, restore, outputs, lateOutput, memoryBytesMax: jobMemoryBytesMax } }
}

/** The requests that the hub answers its children. */
export function serveChild(hub: HubState, reconciler: Reconciler, asks: Asks, rpc: Rpc): void {
  rpc.handle('hub.checkpoint', async (record: CheckpointRecord) => ({ committed: await hub.jobs.commit(record) }))
  rpc.handle('hub.jobStatus', (status: JobStatus) => hub.jobs.takeStatus(status))
  rpc.handle('hub.jobFinished', async ({ job, attempt }: { job: string; attempt: number }) => {
    await hub.jobs.finish(job, attempt)
    await reconciler.run()
  })
  rpc.handle('hub.flush', () => ({}))
  rpc.handle('hub.previewLines', (lines: never) => asks.take(lines))
  rpc.handle('hub.deadRows', (rows: DeadRowsMessage) => keepDeadRows(hub, reconciler, rows))
}

/** Appends rows that a dataset could not take to `stream$late`: each by a key of its place, so that it is there once. */
async function keepDeadRows(hub: HubState, reconciler: Reconciler, message: DeadRowsMessage): Promise<unknown> {
  const stream = hub.catalogue.byUid<StreamSpec>('stream', message.streamUid)?.record
  if (stream === undefined) return {}
  const name = lateStreamName(stream.name)
  if (hub.catalogue.find(stream.tenant, 'stream', name) === null) {
    const made = lateStream(hub.catalogue, stream)
    await hub.catalogue.commit(made, 'create', systemPrincipal, [hub.catalogue.put(made, 0)])
    await reconciler.run()
  }
  const late = hub.catalogue.must<StreamSpec>(stream.tenant, 'stream', name).record
  const writer = hub.partitions.get(late.uid, 0)
  if (writer === null) throw new Error(`${name} is not open`)
  const schema = physicalSchema(deadLetterContract)
  const { dataset, stage, reason, partition, offsets, rows, contractVersion } = message
  await Promise.all(
    rows.map((row, at) => {
      const offset = offsets[at] ?? 0
      const { code, message: why } = errors.fail('MS-7022', { reason })
      const values = [stage, `dataset:${dataset}`, code, why, row, partition, BigInt(offset), contractVersion, null]
      const key = `${dataset}/${partition}/${offset}`
      return writer.append({
        batch: Batch.of(schema, [values]),
        contractVersion: 1,
        rejected: [],
        producer: { kind: 'key', keyHash: key, bodyHash: '' },
        receivedAtMs: hub.ports.clock.nowMs(),
      })
    }),
  )
  return {}
}
