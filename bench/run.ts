import { cpus, totalmem } from 'node:os'

/** What a benchmark answers; `ratio` is ours over the rival's or baseline's, higher is better for us. */
export interface BenchResult {
  readonly name: string
  readonly ratio: number | null
  /** Whether `ratio` is against a rival (somebody's product) or a baseline (written by us). */
  readonly against: 'rival' | 'baseline' | 'none'
  readonly [figure: string]: unknown
}

const benches: Readonly<Record<string, () => Promise<{ run(options: BenchOptions): Promise<BenchResult> }>>> = {
  scan: () => import('./scan.ts'),
  ingest: () => import('./ingest.ts'),
  rollup: () => import('./rollup.ts'),
  pipeline: () => import('./pipeline.ts'),
  start: () => import('./start.ts'),
}

export interface BenchOptions {
  /** Notes while it runs, for a person; nothing with --json. */
  readonly say: (text: string) => void
}

const args = process.argv.slice(2)
const json = args.includes('--json')
const names = args.filter((arg) => !arg.startsWith('--'))
const unknown = names.filter((name) => !(name in benches))
if (names.length === 0 || unknown.length > 0) {
  console.error(`${unknown.length > 0 ? `There is no benchmark ${unknown.join(', ')}. ` : ''}Usage: npm run bench -- NAME... [--json]`)
  console.error(`Benchmarks: ${Object.keys(benches).join(', ')}`)
  process.exit(2)
}
for (const name of names) {
  const bench = await (benches[name] as (typeof benches)[string])()
  const result = await bench.run({ say: json ? () => {} : (text) => console.error(text) })
  const line = {
    ...result,
    node: process.version,
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, memoryGiB: Math.round(totalmem() / 2 ** 30) },
  }
  console.log(JSON.stringify(line))
}
process.exit(0)
