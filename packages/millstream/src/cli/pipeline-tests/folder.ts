import type { ProjectObject } from '@millstream/client'
import { errors, MillstreamError } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import { nodeStorage } from '../../base/real/storage.ts'
import { systemClock, systemRandom, systemScheduler } from '../../base/real/system.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { Catalogue, TableDescriptor } from '../../model/tables.ts'
import { connectorsOf } from '../../server/connectors.ts'
import { plannersOf } from '../../server/hub/planners.ts'
import type { Project } from '../project-folder.ts'
import type { PipelineTest } from './test-file.ts'

const tenant = 'default'

/** What a folder defines, as its tests need it: plans of its pipelines over its streams. Nothing is asked of a server. */
export class TestFolder {
  readonly #pipelines: ReadonlyMap<string, ProjectObject>
  readonly #planners = plannersOf(connectorsOf(noStreams, noFiles, () => {}).map((connector) => connector.descriptor))
  readonly #catalogue: Catalogue

  constructor({ objects }: Project) {
    const of = (kind: ProjectObject['kind']): readonly ProjectObject[] => objects.filter((object) => object.kind === kind)
    this.#pipelines = new Map(of('pipeline').map((object) => [object.name, object]))
    const streams = new Map(of('stream').map((object) => [object.name, this.#stream(object)]))
    this.#catalogue = {
      tenant,
      table: (owner, name) => (owner === tenant ? (streams.get(name) ?? null) : null),
      view: () => null,
      tableNames: () => [...streams.keys()],
    }
  }

  /** The plans of a test's pipeline, one for each INSERT or statement set. */
  plans(test: PipelineTest): PhysicalPlan[] {
    const pipeline = this.#pipelines.get(test.pipeline)
    if (pipeline === undefined) {
      const close = near(test.pipeline, this.#pipelines.keys())
      const reason = `The folder has no pipeline '${test.pipeline}'${close.length > 0 ? `: '${close[0]}' perhaps?` : ''}`
      throw errors.fail('MS-7015', { reason }, test.pipelinePlace)
    }
    return inFile(pipeline, () => this.#planners.pipeline(String(pipeline.definition), this.#catalogue).plans.map(({ plan }) => plan))
  }

  #stream(object: ProjectObject): TableDescriptor {
    const { name, contract } = inFile(object, () => this.#planners.stream(String(object.definition)))
    const { columns, watermark, primaryKey, options, comment, version } = contract
    const shared = { tenant, name, kind: 'stream', uid: name, connector: 'millstream', contractVersion: version } as const
    return { ...shared, columns, watermark, primaryKey, options, comment }
  }
}

/** Only the descriptors of connectors are asked: no stream and no file is there to be opened. */
const noStreams = {
  ports: { clock: systemClock, scheduler: systemScheduler, random: systemRandom, storage: nodeStorage('/') },
  dataFolder: '',
  ends: { end: () => 0, onMove: () => () => {} },
  streams: { byUid: () => null, contract: () => null },
}
const noFiles = { dataFolder: '/nonexistent', allowPaths: [] }

/** Errors of a definition name its file. */
function inFile<T>({ source, kind, name }: ProjectObject, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof MillstreamError)) throw error
    const { code, title, message, advice, http, domain, retry, place, values } = error
    const says = { domain, http, retry, title, says: () => message, do: () => advice }
    throw new MillstreamError(code, says, values, { ...place, source: source ?? `${kind} ${name}` }, error)
  }
}
