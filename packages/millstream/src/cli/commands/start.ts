import { extname, join, resolve } from 'node:path'
import { errors } from '../../base/errors.ts'
import { systemScheduler } from '../../base/real/system.ts'
import type { ServerOptions } from '../../server/options.ts'
import { Supervisor } from '../../server/supervisor.ts'
import { type Call, type Command, exit } from '../command.ts'
import { firstAnswer } from '../demo/first-answer.ts'
import { welcome } from '../welcome.ts'

export const command: Command = {
  name: 'start',
  arguments: '',
  counts: [0, 0],
  summary: 'Run the server: gateway, pipelines, datasets and the web app',
  details:
    'Ctrl-C stops it; kill -9 loses nothing that was acknowledged.\n\n  millstream start\n  millstream start --no-demo --data /var/lib/millstream --port 7410',
  options: {
    data: { type: 'string', value: 'DIR', doc: 'The data folder; ./.millstream unless said' },
    port: { type: 'string', value: 'N', doc: '7410 or the next free one unless said; 0 picks one' },
    listen: { type: 'string', value: 'ADDR', doc: 'The address; loopback unless said. Anything else needs a token' },
    'public-url': { type: 'string', value: 'URL', many: true, doc: 'An address that this server is reached by from elsewhere' },
    'allow-path': { type: 'string', value: 'DIR', many: true, doc: 'Files may be read and written here, beside DATA/files' },
    'allow-host': { type: 'string', value: 'HOST', many: true, doc: 'May be asked over HTTP' },
    demo: { type: 'boolean', doc: 'Run the demo; unless said it runs in a folder that was made with it' },
    'no-demo': { type: 'boolean', doc: 'Do not run the demo' },
    'demo-rate': { type: 'string', value: 'N', doc: 'Events a second of the demo; 2000 unless said' },
  },
  run: (call) => {
    const options = optionsOf(call)
    return new Promise((done) => {
      let stopping = false
      const stop = (code: number): void => {
        if (stopping) return
        stopping = true
        void supervisor.stop().then(() => done(code))
      }
      const supervisor = new Supervisor(options, {
        onReady: (ready) => {
          call.print(welcome({ ...ready, dataFolder: options.dataFolder }))
          if (ready.demo) void answerFirst(call, ready.url)
        },
        onNote: (text) => call.note(text),
        onFatal: ({ code, message, advice }) => {
          call.note(`error: ${message}\n       ${advice}\n       ${code}`)
          stop(exit.failed)
        },
      })
      call.stopped.addEventListener('abort', () => stop(exit.done))
      for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(exit.done))
    })
  },
}

function optionsOf(call: Call): ServerOptions {
  const port = call.text('port')
  return {
    dataFolder: resolve(call.text('data') ?? '.millstream'),
    port: port === undefined ? null : numberOf('port', port, 0, 65_535),
    listen: call.text('listen') ?? '127.0.0.1',
    publicUrls: call.texts('public-url'),
    allowPaths: call.texts('allow-path').map((path) => resolve(path)),
    allowHosts: call.texts('allow-host'),
    demo: call.flag('no-demo') ? false : call.flag('demo') ? true : null,
    demoScript: join(import.meta.dirname, '..', 'demo', `demo${extname(import.meta.filename)}`),
    demoRate: numberOf('demo-rate', call.text('demo-rate') ?? '2000', 1, 1_000_000),
  }
}

function numberOf(option: string, text: string, least: number, most: number): number {
  const value = Number(text)
  if (Number.isInteger(value) && value >= least && value <= most) return value
  const reason = `--${option} is '${text}', and should be a whole number from ${least} to ${most}`
  throw errors.fail('MS-7014', { reason, near: [], help: 'millstream start --help' })
}

async function answerFirst(call: Call, url: string): Promise<void> {
  const answer = await firstAnswer(url, systemScheduler, call.stopped)
  if (answer !== null) call.print(`  live     ${answer}\n\n`)
}
