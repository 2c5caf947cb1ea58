import { armFaults } from '../base/fault.ts'
import { systemRandom } from '../base/real/system.ts'
import { clicksDataset, openTestWorld } from './testing.ts'

/** Run by kill.test.ts: rolls the log of a folder up, and dies at a hand-over or when it is killed. */
const [folder = '', chance = '0'] = process.argv.slice(2)
armFaults((place) => {
  if (place === 'handover' && systemRandom.next() < Number(chance)) process.kill(process.pid, 'SIGKILL')
})
const world = await openTestWorld({ folder })
await world.olap.setDatasets([clicksDataset])
await world.olap.settled()
const answer = await world.olap.sql('default', { query: 'SELECT SUM(events), SUM(bytes) FROM clicks_1m', resultFormat: 'array' })
process.stdout.write(`${answer.body}\n`)
const ledger = await world.olap.ledger('d1')
process.stdout.write(`${JSON.stringify(ledger.map(({ partition, from, to, out }) => ({ partition, from, to, out })))}\n`)
await world.close()
process.exit(0)
