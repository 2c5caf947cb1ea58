import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Answer, ask, event, post, readAll } from './testing.ts'

const rounds = 5
const producers = 4
/** Of every so many rows one is refused by the contract. */
const badEvery = 7

interface Child {
  readonly process: ChildProcess
  readonly port: number
}

function start(folder: string, faults: string): Promise<Child> {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'kill-child.ts'), folder], {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, MILLSTREAM_FAULTS: faults, MILLSTREAM_FAULTS_LOG: join(folder, 'faults.txt') },
  })
  return new Promise((resolve, reject) => {
    child.stdout?.once('data', (data) => resolve({ process: child, port: Number(String(data)) }))
    child.once('exit', () => reject(new Error('the gateway ended before it could be asked')))
  })
}

const ended = (child: ChildProcess): Promise<void> =>
  child.exitCode !== null || child.signalCode !== null ? Promise.resolve() : new Promise((resolve) => child.once('exit', () => resolve()))

/** Sends numbered rows, each request until it is answered; what was answered is what counts. */
class RetryingProducer {
  readonly #id: string
  readonly #stream: string
  #sequence = 0
  #next: number
  accepted: number[] = []
  rejected = 0

  constructor(id: number, stream: string) {
    this.#id = `producer-${id}`
    this.#stream = stream
    this.#next = id * 1_000_000
  }

  async send(port: () => number | null, until: () => boolean): Promise<void> {
    while (!until()) {
      const numbers = Array.from({ length: 20 }, () => this.#next++)
      const good = numbers.filter((n) => n % badEvery !== 0)
      const body = numbers.map((n) => event(n % 1000, n % badEvery === 0 ? { bitrate: 'bad' } : { rebuffer_ms: n })).join('')
      const headers = {
        ...{ 'millstream-producer-id': this.#id, 'millstream-producer-epoch': '0' },
        'millstream-producer-sequence': String(this.#sequence++),
      }
      for (;;) {
        const to = port()
        const answer = to === null ? null : await post({ port: to }, this.#stream, body, headers).catch(() => null)
        if (answer !== null && answer.status < 300) {
          assert.deepEqual([answer.json.accepted, answer.json.rejected], [good.length, numbers.length - good.length], answer.text)
          this.accepted.push(...good)
          this.rejected += numbers.length - good.length
          break
        }
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    }
  }
}

test('kill -9 at any moment: nothing acknowledged is lost, nothing is there twice, accepted + rejected = received', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'millstream-kill-'))
  const sent = [...Array(producers).keys()].map((id) => ({ stream: id % 2 === 0 ? 'playback' : 'keyed', id }))
  const senders = sent.map(({ id, stream }) => ({ stream, producer: new RetryingProducer(id, stream) }))
  let child: Child | null = null
  try {
    let over = false
    const sending = senders.map(({ producer }) =>
      producer.send(
        () => child?.port ?? null,
        () => over,
      ),
    )
    for (let round = 0; round < rounds; round++) {
      // Odd rounds end between the write and the sync of a block, even ones wherever the process is.
      child = await start(folder, round % 2 === 1 ? 'append=0.05' : 'append=0')
      const { process: running } = child
      const timer = setTimeout(() => running.kill('SIGKILL'), 200 + Math.random() * 400)
      await ended(running)
      clearTimeout(timer)
      child = null
    }
    child = await start(folder, 'append=0')
    over = true
    await Promise.all(sending)
    for (const name of ['playback', 'keyed']) {
      const mine = senders.filter(({ stream }) => stream === name).map(({ producer }) => producer)
      const wanted = mine.flatMap(({ accepted }) => accepted).sort((a, b) => a - b)
      const found = (await readAll(child, name)).map((row) => row.rebuffer_ms as number).sort((a, b) => a - b)
      assert.ok(wanted.length > 200, `${wanted.length} rows went into ${name}`)
      assert.deepEqual(found, wanted, name)
      const { totals, differences }: Answer['json'] = (await ask(child, 'GET', `/v1/streams/${name}/ledger`)).json
      const rejected = mine.reduce((sum, producer) => sum + producer.rejected, 0)
      assert.deepEqual(totals, { received: wanted.length + rejected, accepted: wanted.length, rejected, late: 0, balanced: true })
      assert.deepEqual(differences, [])
    }
  } finally {
    child?.process.kill('SIGKILL')
    await rm(folder, { recursive: true, force: true })
  }
})
