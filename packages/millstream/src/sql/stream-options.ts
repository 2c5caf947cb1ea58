/**
 * The options of a stream, `WITH ('connector' = 'millstream', ...)`. Values are checked by whoever reads them; here a name that
 * nobody knows is found where it stands.
 */
export const streamOptions: readonly string[] = [
  'connector',
  'tier',
  'owner',
  'contract.unknown-fields',
  'contract.text-numbers',
  'contract.compatibility',
  'contract.mask',
  'event-time.max-future',
  'event-time.format',
  'scan.watermark.idle-timeout',
  'scan.startup.mode',
  'ingest.origins',
  'retention.time',
  'retention.bytes',
]
