import type { Clock } from '../../base/ports.ts'
import { types } from '../../data/types.ts'
import type { Connector } from '../../flow/connector.ts'
import type { FileAccess } from './allowed-paths.ts'
import { fileOptions } from './options.ts'
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
      options: fileOptions.names,
      requiredOptions: fileOptions.requiredNames,
    },
    source: (request) => fileSource(access, request),
    sink: (request) => fileSink(access, clock, request),
  }
}
