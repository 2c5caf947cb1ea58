import { blackholeConnector } from '../connect/blackhole/connector.ts'
import { datagenConnector } from '../connect/datagen/connector.ts'
import { printConnector } from '../connect/print/connector.ts'
import { type StreamAccess, streamConnector } from '../connect/stream/connector.ts'
import type { Connector } from '../flow/connector.ts'

/** All connectors there are. `print` takes the lines of print tables. */
export function connectorsOf(access: StreamAccess, print: (line: string) => void): readonly Connector[] {
  return [streamConnector(access), datagenConnector(access.ports), printConnector(print), blackholeConnector]
}
