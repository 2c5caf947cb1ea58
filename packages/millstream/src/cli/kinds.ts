import type { ObjectKind } from '@millstream/client'
import { errors } from '../base/errors.ts'
import { near } from '../base/near.ts'

export type ListedKind = ObjectKind | 'jobs' | 'processes'

const names: Readonly<Record<string, ListedKind>> = {
  streams: 'streams',
  stream: 'streams',
  st: 'streams',
  pipelines: 'pipelines',
  pipeline: 'pipelines',
  pl: 'pipelines',
  datasets: 'datasets',
  dataset: 'datasets',
  ds: 'datasets',
  jobs: 'jobs',
  job: 'jobs',
  processes: 'processes',
  process: 'processes',
  ps: 'processes',
}
/** Kinds that the product will have: named, so that nobody thinks he misspelt them. */
const notYet = ['alerts', 'alert', 'clusters', 'cluster', 'tenants', 'tenant', 'connections', 'connection']

/** A kind by its plural, singular or short name. */
export function kindOf(text: string): ListedKind {
  const kind = names[text]
  if (kind !== undefined) return kind
  if (notYet.includes(text)) throw errors.fail('MS-7000', { feature: `The kind '${text}'` })
  throw errors.fail('MS-7014', {
    reason: `There is no kind '${text}'`,
    near: near(text, Object.keys(names)),
    help: 'millstream get --help',
  })
}

/** A kind that has definitions. */
export function definedKindOf(text: string): ObjectKind {
  const kind = kindOf(text)
  if (kind !== 'jobs' && kind !== 'processes') return kind
  throw errors.fail('MS-7014', {
    reason: `${kind} have no definition of their own`,
    near: ['streams', 'pipelines', 'datasets'],
    help: 'millstream get --help',
  })
}
