import { type DemoCommand, demoCommands } from './demo/commands.ts'

export interface Ready {
  readonly url: string
  readonly dataFolder: string
  readonly demo: boolean
  /** Had no data folder before. */
  readonly first: boolean
}

/** The address that commands ask unless they are told another one. */
const defaultUrl = 'http://127.0.0.1:7410'

const ownCommands: readonly DemoCommand[] = [
  { line: './millstream send my_stream events.ndjson --create', shows: 'events in, their contract inferred' },
  { line: "./millstream sql 'SELECT * FROM my_stream LIMIT 10'", shows: 'answers out' },
  { line: './millstream init my-platform && ./millstream apply my-platform', shows: 'a working folder of definitions' },
]

/** What a started server prints. */
export function welcome({ url, dataFolder, demo, first }: Ready): string {
  const commands = demo ? demoCommands : ownCommands
  return [
    '',
    `  Millstream runs at ${url}`,
    '',
    `  data     ${dataFolder}${first ? ' (new)' : ''}`,
    `  runs     gateway and catalogue, datasets, previews${demo ? ', the demo (playback events)' : ''}`,
    '  stop     Ctrl-C',
    '',
    '  Try:',
    ...(url === defaultUrl ? [] : [`    export MILLSTREAM_SERVER=${url}`]),
    ...commands.flatMap(({ line, shows }) => [`    # ${shows}`, `    ${line}`]),
    '',
    '',
  ].join('\n')
}
