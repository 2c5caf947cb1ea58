import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { createClient } from '../../packages/client/src/client.ts'
import { planScript } from '../../packages/millstream/src/sql/plan.ts'
import { emptyCatalogue, testConnectors } from '../../packages/millstream/src/sql/testing.ts'
import { root } from '../house/sources.ts'
import { type RunningServer, startServer } from '../server/start.ts'

/** A block of a page marked `run`, and the answer that stands below it. */
interface Example {
  readonly language: string
  readonly text: string
  readonly line: number
  readonly answer: unknown
}

const plays = `CREATE TABLE plays (ts TIMESTAMP_LTZ(3) NOT NULL, device_id STRING, country STRING, bitrate INT, tags ARRAY<STRING>, WATERMARK FOR ts AS ts) WITH ('connector' = 'millstream');
CREATE TABLE screen (x STRING) WITH ('connector' = 'print');
`
const folder = mkdtempSync(join(tmpdir(), 'millstream-examples-'))
let server: RunningServer
let client: ReturnType<typeof createClient>
before(async () => {
  server = await startServer({ dataFolder: join(folder, 'data') })
  client = createClient({ server: server.url })
  while ((await fetch(`${server.url}/health/ready`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 50))
})
after(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

function examplesOf(page: string): Example[] {
  const text = readFileSync(join(root, 'docs', page), 'utf8')
  const blocks = /^```(\w+) run\n([\s\S]*?)^```\n(?:```json answer\n([\s\S]*?)^```)?/gm
  return [...text.matchAll(blocks)].map(({ 1: language = '', 2: body = '', 3: answer, index }) => ({
    language,
    text: body.trim(),
    line: text.slice(0, index).split('\n').length,
    answer: answer === undefined ? undefined : JSON.parse(answer),
  }))
}

/** What the last line of the output says. */
async function shell(text: string): Promise<unknown> {
  const { stdout } = await promisify(execFile)('sh', ['-euc', text.replaceAll('http://127.0.0.1:7410', server.url)])
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
}

let pipelines = 0
async function sql(text: string): Promise<unknown> {
  if (/\bINSERT INTO\b/.test(text)) {
    const name = `example_${++pipelines}`
    await client.put('pipelines', name, { sql: text })
    for (let times = 0; times < 200; times++) {
      const job = (await client.get('pipelines', name)).jobs[0]?.summary
      assert.notEqual(job?.state, 'failed', JSON.stringify(job?.error))
      if (job?.state === 'running' || job?.state === 'finished') return null
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
    return assert.fail('the pipeline does not run')
  }
  const created = /^CREATE TABLE (\w+)/.exec(text)?.[1]
  if (created !== undefined) return client.put('streams', created, { sql: text })
  return (await client.sqlAll({ sql: text, from: 'earliest' })).rows
}

test('what docs/sql.md calls not yet is refused so', async (t) => {
  const text = readFileSync(join(root, 'docs', 'sql.md'), 'utf8')
  const statements = [...text.matchAll(/^```sql not-yet\n([\s\S]*?)^```/gm)].flatMap(([, block = '']) => block.trim().split('\n'))
  assert.ok(statements.length > 10)
  for (const statement of statements) {
    await t.test(statement, () => {
      const script = /^(SELECT|WITH)/.test(statement) ? `INSERT INTO screen ${statement}` : statement
      assert.throws(() => planScript(`${plays}${script}`, emptyCatalogue, { connectors: testConnectors }), { code: 'MS-2000' })
    })
  }
})

for (const page of ['http.md', 'sql.md']) {
  const examples = examplesOf(page)
  test(`docs/${page} has examples`, () => assert.ok(examples.length > 5))
  for (const { language, text, line, answer } of examples) {
    test(`docs/${page}:${line} ${text.split('\n')[0]?.slice(0, 60)}`, async () => {
      const found = language === 'sh' ? await shell(text) : await sql(text)
      if (Array.isArray(answer)) assert.deepEqual(found, answer)
      else if (answer !== undefined) assert.partialDeepStrictEqual(found, answer)
    })
  }
}
