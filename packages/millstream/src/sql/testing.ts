import { types } from '../data/types.ts'
import type { Catalogue, ConnectorDescriptor } from '../model/tables.ts'

/** For tests: nothing but what the script makes. */
export const emptyCatalogue: Catalogue = { tenant: 'default', table: () => null, view: () => null, tableNames: () => [] }

/** For tests: connectors as the real ones describe themselves. */
export const testConnectors: readonly ConnectorDescriptor[] = [
  {
    name: 'millstream',
    source: true,
    sink: true,
    metadata: {
      unknown_fields: types.string(),
      offset: types.bigint(false),
      partition: types.int(false),
      ingest_time: types.timestampLtz(3, false),
    },
    options: [],
    requiredOptions: [],
  },
  { name: 'filesystem', source: true, sink: true, metadata: {}, options: ['format'], requiredOptions: ['path'] },
  { name: 'print', source: false, sink: true, metadata: {}, options: ['print-identifier'], requiredOptions: [], takesChanges: true },
]
