import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { type Client, MillstreamProblem } from '@millstream/client'
import { errors } from '../../base/errors.ts'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { createStream } from '../create-stream.ts'
import { type Body, type BodyKind, bodiesOf, kindOfFile } from '../event-bodies.ts'
import { count, objectText } from '../output.ts'
import { progressBar } from '../terminal.ts'

/** Requests under way at once: enough to keep the server's group commit busy, few enough for flat memory. */
const inFlightMax = 4
const retriesMax = 30
const firstRetryMs = 100
const lastRetryMs = 5000

interface Totals {
  accepted: number
  rejected: number
  bytes: number
  readonly reasons: Map<string, number>
}

export const command: Command = {
  name: 'send',
  arguments: 'STREAM [FILE]',
  counts: [1, 2],
  summary: 'Send events: NDJSON, a JSON array, or CSV; from a file or standard input',
  details: `
Bodies are numbered, so that a retry after a lost answer counts once. Rejected rows are dead letters: see \`millstream dead-letters STREAM\`.

  millstream send playback events.ndjson
  millstream send visits visits.csv --create       # infers the contract from the file, shows it, creates the stream
  generate-events | millstream send playback
`,
  options: {
    create: { type: 'boolean', doc: 'Create the stream from what is in the file, when it is not there yet' },
    format: { type: 'string', value: 'FORMAT', doc: 'ndjson, json or csv; else by the file name, else ndjson' },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const [stream = '', file] = call.args
    const kind = formatOf(call.text('format')) ?? kindOfFile(file)
    const total = file === undefined ? 0 : await sizeOf(file)
    const client = call.client()
    const input = file === undefined ? process.stdin : createReadStream(file, { highWaterMark: 1 << 20 })
    const totals: Totals = { accepted: 0, rejected: 0, bytes: 0, reasons: new Map() }
    const began = performance.now()
    const progress = progressBar('events', process.stderr.isTTY === true ? (text) => process.stderr.write(text) : null, () =>
      performance.now(),
    )
    const producer = randomUUID()
    const underWay = new Set<Promise<void>>()
    let failure: unknown = null
    let sequence = 0
    try {
      for await (const body of bodiesOf(input, kind)) {
        if (sequence === 0 && call.flag('create')) await createStream(client, stream, body.bytes, kind, call.note)
        const sent = deliver(client, stream, body, kind, { id: producer, epoch: 1, sequence: sequence++ }, call)
          .then((answer) => {
            totals.accepted += answer.accepted
            totals.rejected += answer.rejected
            totals.bytes += body.inputBytes
            for (const { reason } of answer.errors) totals.reasons.set(reason, (totals.reasons.get(reason) ?? 0) + 1)
            progress.update(totals.bytes, total, totals.accepted + totals.rejected)
          })
          .catch((error: unknown) => {
            failure ??= error
          })
          .finally(() => underWay.delete(sent))
        underWay.add(sent)
        if (underWay.size >= inFlightMax) await Promise.race(underWay)
        if (failure !== null || call.stopped.aborted) break
      }
      await Promise.all(underWay)
    } finally {
      progress.end()
      input.destroy()
    }
    summarise(call, stream, totals, (performance.now() - began) / 1000)
    if (failure !== null) throw failure
    return totals.rejected > 0 || call.stopped.aborted ? exit.failed : exit.done
  },
}

function formatOf(text: string | undefined): BodyKind | null {
  if (text === undefined) return null
  if (text === 'ndjson' || text === 'json' || text === 'csv') return text
  throw errors.fail('MS-7014', {
    reason: `There is no format '${text}' to send`,
    near: ['ndjson', 'json', 'csv'],
    help: 'millstream send --help',
  })
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'There is no such file' : (error as Error).message
    throw errors.fail('MS-7015', { reason: `${file}: ${why}` })
  }
}

const contentTypes: Readonly<Record<BodyKind, string>> = { ndjson: 'application/x-ndjson', json: 'application/json', csv: 'text/csv' }

/** Sends one body until it is answered; the same sequence each time, so that it counts once. */
async function deliver(
  client: Client,
  stream: string,
  body: Body,
  kind: BodyKind,
  producer: { id: string; epoch: number; sequence: number },
  call: Call,
) {
  for (let attempt = 0; ; attempt++) {
    try {
      return await client.send(stream, body.bytes, { contentType: contentTypes[kind], producer })
    } catch (error) {
      const worthIt = error instanceof MillstreamProblem ? error.retry : error instanceof TypeError
      if (!worthIt || attempt >= retriesMax || call.stopped.aborted) throw error
      if (attempt === 3) call.note(`The server does not take events at the moment; trying on (${(error as Error).message}).`)
      await new Promise((resolve) => setTimeout(resolve, Math.min(firstRetryMs * 2 ** attempt, lastRetryMs)))
    }
  }
}

function summarise(call: Call, stream: string, totals: Totals, seconds: number): void {
  const { accepted, rejected, bytes, reasons } = totals
  if (call.format !== 'table') {
    call.print(objectText({ stream, accepted, rejected, bytes, seconds }, call.format))
    return
  }
  call.print(
    `${count(accepted)} accepted, ${count(rejected)} rejected in ${seconds.toFixed(1)} s (${count((accepted + rejected) / Math.max(seconds, 0.001))} events/s)\n`,
  )
  for (const [reason, times] of [...reasons].slice(0, 5)) call.note(`  ${times} × ${reason}`)
  if (rejected > 0) call.note(`\`millstream dead-letters ${stream}\` shows what was rejected and why.`)
}
