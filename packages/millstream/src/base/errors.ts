import { dataErrors } from './errors/data.ts'
import { edgeErrors } from './errors/edge.ts'
import { engineErrors } from './errors/engine.ts'
import { exprErrors } from './errors/expr.ts'
import { catalogue } from './errors/kind.ts'
import { logErrors } from './errors/log.ts'
import { olapErrors } from './errors/olap.ts'
import { serverErrors } from './errors/server.ts'
import { sqlErrors } from './errors/sql.ts'

export type { Place } from './errors/kind.ts'
export { MillstreamError } from './errors/kind.ts'

/**
 * The one catalogue. Sections by hundreds: 1 data and codecs, 2 SQL and expressions, 3 log and storage,
 * 4 edge (ingest, reading, security), 5 engine and connectors, 6 datasets and Druid, 7 server, control and commands.
 */
export const errors = catalogue({
  ...dataErrors,
  ...sqlErrors,
  ...exprErrors,
  ...logErrors,
  ...edgeErrors,
  ...engineErrors,
  ...olapErrors,
  ...serverErrors,
})
