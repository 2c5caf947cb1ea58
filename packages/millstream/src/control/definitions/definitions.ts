import { errors } from '../../base/errors.ts'
import type { Principal } from '../allow.ts'
import type { Catalogue, ChangeOptions } from '../catalogue.ts'
import type { ObjectKind, StreamSpec } from '../records.ts'
import type { Change } from './change.ts'
import { changeDataset, removeDataset, type Upcoming } from './datasets.ts'
import { changePipeline, removePipeline } from './pipelines.ts'
import type { Planners } from './planners.ts'
import { changeStream, removeStream } from './streams.ts'

export interface Definition {
  readonly tenant: string
  readonly kind: ObjectKind
  readonly name: string
  readonly definition: unknown
}

export interface RemoveOptions extends ChangeOptions {
  readonly deleteData: boolean
}

/** A checkpoint of a job that the change touches may be committed in between: then the change is thought through again. */
const attemptsMax = 20

/** Plans and makes changes of single objects; each is one transaction. */
export class Definitions {
  readonly catalogue: Catalogue
  readonly #planners: Planners
  readonly #holdsData: (uid: string) => boolean

  constructor(catalogue: Catalogue, planners: Planners, holdsData: (uid: string) => boolean) {
    this.catalogue = catalogue
    this.#planners = planners
    this.#holdsData = holdsData
  }

  plan({ tenant, kind, name, definition }: Definition, options: ChangeOptions, upcoming: Upcoming = new Map()): Change {
    const record = this.catalogue.find<StreamSpec>(tenant, kind, name)?.record
    if (kind === 'stream' && record?.spec.system === true) throw systemStream(name)
    if (kind === 'dataset') return changeDataset(this.catalogue, this.#planners, { tenant, name, definition }, options, upcoming)
    const sql = sqlOf(kind, definition)
    return kind === 'stream'
      ? changeStream(this.catalogue, this.#planners, { tenant, name, sql }, options)
      : changePipeline(this.catalogue, this.#planners, { tenant, name, sql }, options, upcoming)
  }

  planRemove(tenant: string, kind: ObjectKind, name: string, options: RemoveOptions): Change {
    const target = { tenant, name }
    if (kind === 'pipeline') return removePipeline(this.catalogue, target, options)
    const more = { ...options, holdsData: this.#holdsData }
    if (kind === 'dataset') return removeDataset(this.catalogue, target, more)
    const record = this.catalogue.must<StreamSpec>(tenant, kind, name).record
    if (record.spec.system) throw systemStream(name)
    return removeStream(this.catalogue, target, more)
  }

  put(definition: Definition, options: ChangeOptions): Promise<Change> {
    return this.#make('put', options.principal, () => this.plan(definition, options))
  }

  remove(tenant: string, kind: ObjectKind, name: string, options: RemoveOptions): Promise<Change> {
    return this.#make('delete', options.principal, () => this.planRemove(tenant, kind, name, options))
  }

  async #make(verb: string, principal: Principal, plan: () => Change): Promise<Change> {
    for (let attempt = 1; ; attempt++) {
      const change = plan()
      if (change.writes.length === 0) return change
      try {
        await this.catalogue.commit(change.record, change.action === 'create' ? 'create' : verb, principal, change.writes)
        return change
      } catch (error) {
        if ((error as { code?: string }).code !== 'MS-7021' || attempt === attemptsMax) throw error
      }
    }
  }
}

function sqlOf(kind: ObjectKind, definition: unknown): string {
  if (typeof definition === 'string') return definition
  throw errors.fail('MS-7009', { reason: `The definition of a ${kind} is SQL text`, advice: 'Send {"sql": "..."}.' })
}

const systemStream = (name: string) =>
  errors.fail('MS-7009', { reason: `'${name}' is a stream of Millstream's own`, advice: 'It goes with the stream that it belongs to.' })
