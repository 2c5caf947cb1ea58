import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ports } from '../../packages/millstream/src/base/ports.ts'
import { nodeStorage } from '../../packages/millstream/src/base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../../packages/millstream/src/base/real/system.ts'
import type { Contract } from '../../packages/millstream/src/data/contract.ts'
import type { Schema } from '../../packages/millstream/src/data/schema.ts'
import { bindDataset, datasetFromDruidSpec } from '../../packages/millstream/src/druid/definition.ts'
import type { Ends } from '../../packages/millstream/src/log/log.ts'
import { openGatewayPartition } from '../../packages/millstream/src/log/writer.ts'
import type { DatasetDescriptor } from '../../packages/millstream/src/model/datasets.ts'
import type { StreamDescriptor } from '../../packages/millstream/src/model/streams.ts'
import { type Olap, openOlap } from '../../packages/millstream/src/olap/olap.ts'
import { batchesOf } from './druid-load.ts'

/** One entry of datasets.json. */
export interface VectorDataset {
  readonly steps: readonly {
    readonly datasource: string
    readonly spec: string | null
    readonly data: readonly string[]
    readonly format: string
    readonly mode: string
  }[]
}

export interface DruidWorld {
  readonly olap: Olap
  /** Appends the rows of a dataset's steps to a stream's log, and rolls them up by the published spec. */
  load(name: string, dataset: VectorDataset): Promise<void>
  close(): Promise<void>
}

/** A real log and a real olap role in a folder of their own. */
export function openDruidWorld(vectors: string): DruidWorld {
  const folder = mkdtempSync(join(tmpdir(), 'millstream-druid-'))
  const ports: Ports = { clock: systemClock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage(folder) }
  const streams = new Map<string, StreamDescriptor>()
  const ends = new Map<string, number>()
  const told: Ends = { end: (uid, partition) => ends.get(`${uid}/${partition}`) ?? 0, onMove: () => () => {} }
  const descriptors: DatasetDescriptor[] = []
  const olap = openOlap({
    storage: ports.storage,
    clock: systemClock,
    scheduler: systemScheduler,
    dataFolder: '',
    dataPath: folder,
    ends: told,
    stream: (uid) => streams.get(uid) ?? null,
    contract: (uid) => streams.get(uid)?.contract ?? null,
    deadRows: async () => {},
    lost: (error) => {
      throw error
    },
    account: () => {},
  })
  return {
    olap,
    async load(name, dataset) {
      const step = dataset.steps[0]
      if (dataset.steps.length !== 1 || step === undefined || step.spec === null)
        throw new Error(`dataset ${name} has steps that are not there yet`)
      const definition = datasetFromDruidSpec(JSON.parse(readFileSync(join(vectors, step.spec), 'utf8')))
      const { schema, batches } = batchesOf(vectors, step.data, definition)
      const uid = `s${streams.size}`
      const contract = contractOf(schema)
      const stream: StreamDescriptor = {
        uid,
        tenant: 'default',
        name: `stream_${streams.size}`,
        contract,
        partitions: [{ partition: 0, owner: 'gateway' }],
      }
      streams.set(uid, stream)
      const writer = await openGatewayPartition(ports, '', stream, 0)
      for (const batch of batches)
        await writer.append({ batch, contractVersion: 1, rejected: [], producer: null, receivedAtMs: systemClock.nowMs() })
      ends.set(`${uid}/0`, writer.end())
      await writer.close()
      descriptors.push(bindDataset(definition, { uid: `d${streams.size}`, tenant: 'default', streamUid: uid, contract }))
      await olap.setDatasets(descriptors)
      await olap.settled()
    },
    async close() {
      await olap.close()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

const contractOf = (schema: Schema): Contract => ({
  version: 1,
  columns: schema.fields.map(({ name, type, id }) => ({ kind: 'physical', id: id ?? 0, name, type })),
  watermark: null,
  primaryKey: [],
  distributedBy: [],
  buckets: 1,
  options: {},
  comment: null,
})
