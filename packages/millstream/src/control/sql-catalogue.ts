import type { Contract } from '../data/contract.ts'
import type { Catalogue as SqlCatalogue, TableDescriptor } from '../model/tables.ts'
import type { Catalogue } from './catalogue.ts'
import type { Upcoming } from './definitions/datasets.ts'
import type { DatasetSpec, ObjectRecord, StreamSpec } from './records.ts'

/** A stream as a table of SQL. */
function streamTable(record: ObjectRecord<StreamSpec>): TableDescriptor {
  const contract: Contract = record.spec.contract
  return {
    tenant: record.tenant,
    name: record.name,
    kind: 'stream',
    uid: record.uid,
    columns: contract.columns,
    watermark: contract.watermark,
    primaryKey: contract.primaryKey,
    connector: 'millstream',
    options: contract.options,
    contractVersion: contract.version,
    comment: contract.comment,
  }
}

/** How SQL finds streams; `upcoming` are those that the same apply makes first. */
export function sqlCatalogue(catalogue: Catalogue, tenant: string, upcoming: Upcoming = new Map()): SqlCatalogue {
  return {
    tenant,
    table(owner, name) {
      const record = (owner === tenant ? upcoming.get(name) : undefined) ?? catalogue.find<StreamSpec>(owner, 'stream', name)?.record
      return record === undefined ? null : streamTable(record)
    },
    view: () => null,
    tableNames: (owner) => [...catalogue.all('stream', owner).map((record) => record.name), ...(owner === tenant ? upcoming.keys() : [])],
  }
}

export const datasetNames = (catalogue: Catalogue, tenant: string): string[] =>
  catalogue.all<DatasetSpec>('dataset', tenant).map((record) => record.name)
