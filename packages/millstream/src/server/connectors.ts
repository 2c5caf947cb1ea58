import { blackholeConnector } from '../connect/blackhole/connector.ts'
import { datagenConnector } from '../connect/datagen/connector.ts'
import { fileConnector } from '../connect/files/connector.ts'
import { localFiles } from '../connect/files/local.ts'
import { printConnector } from '../connect/print/connector.ts'
import { type StreamAccess, streamConnector } from '../connect/stream/connector.ts'
import type { Connector } from '../flow/connector.ts'
import type { ServerOptions } from './options.ts'

/** All connectors there are. `files` says where files may be; `print` takes the lines of print tables. */
export function connectorsOf(
  access: StreamAccess,
  files: Pick<ServerOptions, 'dataFolder' | 'allowPaths'>,
  print: (line: string) => void,
): readonly Connector[] {
  const { ports } = access
  return [
    streamConnector(access),
    fileConnector(localFiles(files.dataFolder, files.allowPaths), ports.clock),
    datagenConnector(ports),
    printConnector(print),
    blackholeConnector,
  ]
}
