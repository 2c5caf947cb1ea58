import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startTestHub, testStream } from '../packages/millstream/src/gateway/testing.ts'
import { baselineServer } from './ingest-baseline.ts'
import { playbackColumns } from './playback-events.ts'

/** One of the two servers of the ingest benchmark, in a process of its own: `ingest-server.ts millstream|baseline FOLDER`. */
const [which, folder = ''] = process.argv.slice(2)
let port: number
if (which === 'baseline') {
  const server = baselineServer(join(folder, 'events.ndjson'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  port = (server.address() as AddressInfo).port
} else {
  const stream = testStream({
    columns: playbackColumns,
    partitions: 1,
    options: { 'event-time.format': 'epoch-ms', 'event-time.max-future': '10 min' },
  })
  port = (await startTestHub([stream], { folder })).port
}
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send?.({ cpuSeconds: (user + system) / 1e6 })
})
process.on('disconnect', () => process.exit(0))
process.send?.({ port })
