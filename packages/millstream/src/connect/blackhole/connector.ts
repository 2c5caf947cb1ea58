import type { Connector } from '../../flow/connector.ts'

export const blackholeConnector: Connector = {
  descriptor: {
    name: 'blackhole',
    source: false,
    sink: true,
    metadata: {},
    options: ['property-version'],
    requiredOptions: [],
    takesChanges: true,
  },
  sink: () => ({
    async write() {},
    async prepare() {
      return null
    },
    async commit() {},
    async abort() {},
    async close() {},
  }),
}
