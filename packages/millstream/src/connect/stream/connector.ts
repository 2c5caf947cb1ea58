import type { Ports } from '../../base/ports.ts'
import { types } from '../../data/types.ts'
import type { Connector } from '../../flow/connector.ts'
import type { Ends } from '../../log/log.ts'
import type { StreamCatalogue } from '../../model/streams.ts'
import { streamSink } from './sink.ts'
import { streamSource } from './source.ts'

/** Where streams are: the data folder's log, as far as the hub has committed it. */
export interface StreamAccess {
  readonly ports: Ports
  readonly dataFolder: string
  readonly ends: Ends
  readonly streams: Pick<StreamCatalogue, 'byUid' | 'contract'>
}

/** Millstream's own streams. Their options are part of the contract, which has been checked when it was made. */
export function streamConnector(access: StreamAccess): Connector {
  return {
    descriptor: {
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
    source: (request) => streamSource(access, request),
    sink: (request) => streamSink(access, request),
  }
}
