import { parseArgs } from 'node:util'
import { crashRounds } from './rounds.ts'

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
})
const report = await crashRounds(Number(values.rounds), Number(values.seed), values.json ? () => {} : (text) => console.error(text))
const { rounds, lost, duplicated, unbalanced, places, orphans, problems } = report
if (!values.json) for (const problem of problems) console.log(problem)
console.log(JSON.stringify({ rounds, lost, duplicated, unbalanced, places }))
const fine = lost + duplicated + unbalanced + orphans + problems.length === 0 && Object.keys(places).length > 0
process.exit(fine ? 0 : 1)
