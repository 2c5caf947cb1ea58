import type { Clock } from '../../base/ports.ts'
import { types } from '../../data/types.ts'
import type { Connector } from '../../flow/connector.ts'
import type { FileAccess } from './allowed-paths.ts'
import { fileSink } from './sink.ts'
import { fileSource } from './source.ts'

/** Files on this machine, under the folders allowed. */
export function fileConnector(access: FileAccess, clock: Clock): Connector {
  return {
    descriptor: {
      name: 'filesystem',
      source: true,
      sink: true,
      metadata: { 'file.path': types.string(false), 'file.name': types.string(false) },
      options: [
        'source.monitor-interval',
        'sink.rolling-policy.file-size',
        'sink.rolling-policy.rollover-interval',
        'json.ignore-parse-errors',
        'json.fail-on-missing-field',
        'json.timestamp-format.standard',
        'csv.ignore-parse-errors',
        'csv.field-delimiter',
        'csv.null-literal',
      ],
      requiredOptions: ['path', 'format'],
    },
    source: (request) => fileSource(access, request),
    sink: (request) => fileSink(access, clock, request),
  }
}
