import { parseArgs } from 'node:util'
import { simulateLog } from './log.ts'

// `npm run simulate -- --seeds N --from S --json`: the log under N seeds.
const { values } = parseArgs({
  options: { seeds: { type: 'string', default: '100' }, from: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } },
})
const first = Number(values.from)
const seeds = Number(values.seeds)
const failures: { seed: number; error: string }[] = []
for (let seed = first; seed < first + seeds; seed++) {
  try {
    await simulateLog(seed)
  } catch (error) {
    failures.push({ seed, error: (error as Error).message.split('\n')[0] ?? '' })
    if (!values.json) console.error(`seed ${seed}:`, error)
  }
}
console.log(values.json ? JSON.stringify({ seeds, failures }) : `${seeds} seeds, ${failures.length} failures`)
process.exit(failures.length === 0 ? 0 : 1)
