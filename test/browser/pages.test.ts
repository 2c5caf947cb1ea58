import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { Browser } from 'playwright-core'
import { createClient } from '../../packages/client/src/client.ts'
import { type RunningServer, startServer } from '../server/start.ts'
import { cutOff, openBrowser, watchedPage } from './browser.ts'

const shots = process.env.SCREENSHOTS
const longValue = `<script>alert(1)</script>${'x'.repeat(175)}`
const appearsWithinMs = 10_000

const folder = mkdtempSync(join(tmpdir(), 'millstream-browser-'))
const browser: Browser | null = await openBrowser()
const skip = browser === null ? 'no Chromium on this machine' : false
let server: RunningServer

before(async () => {
  server = await startServer({ dataFolder: join(folder, 'data') })
})
after(async () => {
  await browser?.close()
  await server?.stop()
  rmSync(folder, { recursive: true, force: true })
})

async function visit(path: string, view: { readonly width: number; readonly dark: boolean }) {
  assert.ok(browser !== null)
  const watched = await watchedPage(browser, server.url, view)
  await watched.page.goto(`${server.url}/${path}`)
  return watched
}

async function shoot(page: { screenshot(options: { path: string }): Promise<unknown> }, name: string): Promise<void> {
  if (shots === undefined) return
  mkdirSync(shots, { recursive: true })
  await page.screenshot({ path: join(shots, `${name}.png`) })
}

test('with nothing there, each page says what to do first', { skip }, async () => {
  for (const [path, text] of [
    ['', 'Nothing flows yet'],
    ['#/streams', 'There are no streams yet'],
    ['#/pipelines', 'There are no pipelines yet'],
    ['#/datasets', 'There are no datasets yet'],
  ] as const) {
    const { page, complaints } = await visit(path, { width: 1280, dark: false })
    await page.getByText(text).first().waitFor({ timeout: appearsWithinMs })
    assert.deepEqual(await cutOff(page), [], path)
    assert.deepEqual(complaints, [], path)
    await shoot(page, `empty${path.replace(/\W+/g, '-')}`)
    await page.context().close()
  }
})

test('a stream, a pipeline and a dataset show what flows, in light and dark, at 1280 and 1600 px', { skip }, async () => {
  const client = createClient({ server: server.url })
  await client.put('streams', 'visits', {
    sql: "CREATE TABLE visits (ts TIMESTAMP_LTZ(3) NOT NULL, country STRING, note STRING, ms BIGINT, WATERMARK FOR ts AS ts - INTERVAL '1' SECOND) COMMENT 'One row per visit' WITH ('connector' = 'millstream')",
  })
  await client.put('streams', 'slow_visits', {
    sql: "CREATE TABLE slow_visits (country STRING, ms BIGINT) WITH ('connector' = 'millstream')",
  })
  await client.put('pipelines', 'slow', { sql: 'INSERT INTO slow_visits SELECT country, ms FROM visits WHERE ms > 500' })
  await client.put('datasets', 'visits_1m', {
    dataset: 'visits_1m',
    from: 'visits',
    timestamp: 'ts',
    granularity: { segment: 'hour', query: 'minute', rollup: true },
    dimensions: ['country'],
    metrics: [
      { name: 'events', type: 'count' },
      { name: 'ms', type: 'longSum', fieldName: 'ms' },
    ],
  })
  const rows = Array.from({ length: 200 }, (_, i) =>
    JSON.stringify({
      ts: new Date().toISOString(),
      country: i % 2 === 0 ? 'BR' : 'DE',
      note: i === 199 ? longValue : `visit ${i}`,
      ms: i % 50 === 7 ? 'slow' : i * 10,
    }),
  )
  const answer = await fetch(`${server.url}/v1/streams/visits/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: rows.join('\n'),
  })
  assert.equal(answer.status, 207)

  const pages = [
    ['home', '', 'visits_1m'],
    ['stream-rows', '#/streams/visits/rows', 'visit 198'],
    ['stream-contract', '#/streams/visits/contract', 'TIMESTAMP_LTZ(3) NOT NULL'],
    ['stream-ledger', '#/streams/visits/ledger', '200 received = 196 accepted + 4 rejected'],
    ['stream-dead-letters', '#/streams/visits/dead-letters', '"slow"'],
    ['pipeline', '#/pipelines/slow', 'running'],
    ['dataset', '#/datasets/visits_1m', 'events taken in'],
  ] as const
  for (const dark of [false, true]) {
    for (const width of [1280, 1600]) {
      for (const [name, path, text] of pages) {
        const { page, complaints } = await visit(path, { width, dark })
        await page.getByText(text).first().waitFor({ timeout: appearsWithinMs })
        assert.deepEqual(await cutOff(page), [], `${name} at ${width}`)
        await shoot(page, `${name}-${width}-${dark ? 'dark' : 'light'}`)
        assert.deepEqual(complaints, [], `${name} at ${width}`)
        await page.context().close()
      }
    }
  }
})

test('rows are shown as text, whatever is in them, and a long value is cut until it is asked for', { skip }, async () => {
  const { page, complaints } = await visit('#/streams/visits/rows', { width: 1280, dark: false })
  const cell = page.getByText('<script>alert(1)</script>').first()
  await cell.waitFor({ timeout: appearsWithinMs })
  await cell.click()
  await page.locator('pre', { hasText: longValue }).waitFor({ timeout: appearsWithinMs })
  assert.deepEqual(await cutOff(page), [])
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('an error in SQL stands at its place, with what to do', { skip }, async () => {
  const { page } = await visit('#/pipelines/slow', { width: 1280, dark: false })
  await page.getByRole('button', { name: 'Preview' }).waitFor({ timeout: appearsWithinMs })
  await page.locator('.cm-content').fill('INSERT INTO slow_visits SELECT contry, ms FROM visits')
  await page.getByRole('button', { name: 'Preview' }).click()
  await page.getByText('Did you mean country').waitFor({ timeout: appearsWithinMs })
  await page.locator('.cm-lintRange-error').waitFor({ timeout: appearsWithinMs })
  await page.context().close()
})

test('a dataset answers a query on its page', { skip }, async () => {
  const { page } = await visit('#/datasets/visits_1m', { width: 1280, dark: true })
  await page.getByRole('button', { name: 'Ask' }).click({ timeout: appearsWithinMs })
  await page.locator('td', { hasText: 'BR' }).first().waitFor({ timeout: appearsWithinMs })
  await page.context().close()
})

test('ten thousand streams: lists page through them, the canvas draws the busiest and says so', { skip }, async () => {
  const { page, complaints } = await visit('', { width: 1280, dark: false })
  const home = await (await fetch(`${server.url}/v1/home`)).json()
  const nodes = Array.from({ length: 10_000 }, (_, i) => ({
    id: `stream:many_${i}`,
    kind: 'stream',
    name: `many_${i}`,
    state: 'ok',
    note: null,
  }))
  await page.route('**/v1/home', (route) => route.fulfill({ json: { ...home, nodes, edges: [] } }))
  const began = performance.now()
  await page.reload()
  await page.getByText('busiest of 10,000').waitFor({ timeout: appearsWithinMs })
  assert.ok(performance.now() - began < appearsWithinMs)
  await page.keyboard.press('Control+k')
  await page.getByLabel('Name', { exact: true }).fill('many_9999')
  await page.getByText('many_9999').first().waitFor()
  assert.deepEqual(complaints, [])
  await page.context().close()
})

test('a stopped server is said, and the page is back by itself when the server is', { skip }, async () => {
  const port = new URL(server.url).port
  const { page } = await visit('', { width: 1280, dark: false })
  await page.getByText('visits_1m').first().waitFor({ timeout: appearsWithinMs })
  await server.stop()
  await page.getByText('The server has not answered since').waitFor({ timeout: appearsWithinMs })
  await shoot(page, 'stopped')
  server = await startServer({ dataFolder: join(folder, 'data'), args: ['--port', port] })
  await page.getByText('The server has not answered since').waitFor({ state: 'detached', timeout: appearsWithinMs })
  await page.context().close()
})
