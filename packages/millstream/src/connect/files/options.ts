import { bool, bytes, duration, oneOf, string } from '../../config/kinds.ts'
import { options } from '../../config/options.ts'

/** `WITH (...)` of a table of files. Names are Flink's. */
export const fileOptions = options("the connector 'filesystem'", {
  path: string()
    .required()
    .doc('A file or a folder, under DATA/files or an --allow-path; relative to DATA/files. A sink makes the folder.'),
  format: oneOf('json', 'csv', 'parquet')
    .required()
    .doc('json: an object a line; csv: without a header, columns as the table has them; parquet: for sinks only.'),
  'source.monitor-interval': duration().doc('A pipeline watches the folder for new files; unless said it reads what is there and ends.'),
  'sink.rolling-policy.file-size': bytes().default('128 MB').doc('A file of NDJSON or CSV is closed at this size.'),
  'sink.rolling-policy.rollover-interval': duration().default('10 s').doc('A file of NDJSON or CSV is closed at this age.'),
  'json.ignore-parse-errors': bool()
    .default('false')
    .doc('Rows that cannot be read are left out; else the pipeline fails at the first, with its place.'),
  'json.timestamp-format.standard': oneOf('SQL', 'ISO-8601')
    .default('SQL')
    .doc('How times are written: 2026-01-31 12:00:00, or 2026-01-31T12:00:00Z. Both are read.'),
  'csv.ignore-parse-errors': bool().default('false').doc('As json.ignore-parse-errors.'),
  'csv.field-delimiter': string().default(',').doc('What stands between two fields; \\t for a tab.'),
  'csv.null-literal': string().doc('The text that is NULL; unless said, an empty field is.'),
})
