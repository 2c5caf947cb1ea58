import { bytes, duration, list, oneOf, string } from './kinds.ts'
import { options } from './options.ts'

/** How times stand in events; see `codec/times.ts`. */
export const timeFormats = ['iso', 'epoch-s', 'epoch-ms', 'epoch-us', 'epoch-ns'] as const
export type TimeFormat = (typeof timeFormats)[number]

/** `WITH (...)` of a stream: `CREATE TABLE ... WITH ('connector' = 'millstream', ...)`. */
export const streamOptions = options('a stream', {
  connector: oneOf('millstream').default('millstream').doc('A stream of this platform.'),
  tier: oneOf('low', 'medium', 'high')
    .default('medium')
    .doc(
      'How long rows are kept unless retention.time says so: low 1 day, medium 7 days, high 30 days. In every tier a row is on the disk before it is acknowledged.',
    ),
  owner: string().doc('Who answers for the stream: a team or a person.'),
  'contract.unknown-fields': oneOf('keep', 'drop', 'reject')
    .default('keep')
    .doc(
      'Fields of events that the contract does not name: kept as JSON in the metadata column unknown_fields, dropped, or the row is rejected.',
    ),
  'contract.text-numbers': oneOf('reject', 'accept')
    .default('reject')
    .doc('A number that an event holds as text, "4300": the row is rejected, or it is read as the number.'),
  'contract.compatibility': oneOf('none', 'backward', 'forward', 'full')
    .default('backward')
    .doc('Which changes of the contract are taken: backward lets new readers read old rows.'),
  'contract.mask': list().doc(
    'Columns that are stars where events are read and in dead letters, and that no SELECT or preview may read. Pipelines and datasets may.',
  ),
  'event-time.format': oneOf(...timeFormats)
    .default('iso')
    .doc('How the event time is written: ISO-8601, or a number since 1970-01-01T00:00:00Z. Never guessed per row.'),
  'event-time.max-future': duration().doc('Rows whose event time is further ahead of the clock are dead letters, and move no watermark.'),
  'scan.watermark.idle-timeout': duration()
    .default('5 s')
    .doc('A partition that is silent for so long does not hold windows; 0 waits for ever, as Flink does.'),
  'scan.startup.mode': oneOf('earliest-offset', 'latest-offset').default('earliest-offset').doc('Where a new pipeline starts to read.'),
  'retention.time': duration().min('1 min').doc('Older rows are removed; unless said, as the tier has it.'),
  'retention.bytes': bytes().min('1MB').doc('The oldest rows are removed beyond this size of a partition.'),
  'ingest.origins': list().doc('Origins of web pages that may write into the stream.'),
})
