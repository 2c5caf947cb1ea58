import { extname, join, resolve } from 'node:path'
import { errors } from '../../base/errors.ts'
import type { ServerOptions } from '../../server/options.ts'
import { Supervisor } from '../../server/supervisor.ts'
import { type Call, type Command, exit } from '../command.ts'

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
        onReady: ({ url, demo, first }) => call.print(welcome(url, options.dataFolder, demo, first)),
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

function welcome(url: string, dataFolder: string, demo: boolean, first: boolean): string {
  const tries = demo
    ? [
        [
          "./millstream sql 'SELECT app_version, SUM(rebuffer_ms) AS ms FROM playback_1m GROUP BY 1 ORDER BY 2 DESC'",
          'which release rebuffers',
        ],
        ['./millstream dead-letters playback', 'rows that could not go on, and why'],
        ['./millstream ledger playback', 'the account of every event'],
      ]
    : [
        ['./millstream send my_stream events.ndjson --create', 'events in, their contract inferred'],
        ["./millstream sql 'SELECT * FROM my_stream LIMIT 10'", 'answers out'],
        ['./millstream init my-platform && ./millstream apply my-platform', 'a working folder of definitions'],
      ]
  const width = Math.max(...tries.map(([words = '']) => words.length)) + 2
  return [
    '',
    `  Millstream runs at ${url}`,
    '',
    `  data     ${dataFolder}${first ? ' (new)' : ''}`,
    `  runs     gateway and catalogue, datasets, previews${demo ? ', the demo (playback events)' : ''}`,
    '  stop     Ctrl-C',
    '',
    '  Try:',
    ...tries.map(([words = '', doc = '']) => `    ${words.padEnd(width)}# ${doc}`),
    '',
    '',
  ].join('\n')
}
