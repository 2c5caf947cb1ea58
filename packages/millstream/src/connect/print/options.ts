import { int, string } from '../../config/kinds.ts'
import { options } from '../../config/options.ts'

/** `WITH (...)` of a table that prints. Names are Flink's. */
export const printOptions = options("the connector 'print'", {
  'print-identifier': string().doc('Stands before each row.'),
  'standard-error': string().doc("Taken so that Flink's text runs; lines go to the server's log."),
  'sink.parallelism': int().doc("Taken so that Flink's text runs; one process writes."),
})
