import { armFaultsFromEnvironment } from '../base/real/faults.ts'
import { startTestHub, testStream } from './testing.ts'

/** The gateway of kill.test.ts, in a process of its own: `node kill-child.ts FOLDER PORT`. Says its port when it can be asked. */
const [folder = '', port = '0'] = process.argv.slice(2)
armFaultsFromEnvironment('gateway')
const hub = await startTestHub(
  [testStream({ partitions: 3 }), testStream({ name: 'keyed', partitions: 3, distributedBy: ['device_id'] })],
  {
    folder,
    port: Number(port),
  },
)
process.stdout.write(`${hub.port}\n`)
// Ends with whoever started it.
process.stdin.resume()
process.stdin.on('end', () => process.exit(0))
