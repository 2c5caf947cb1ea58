// Writes the pages of docs/ that come from the code. `npm run docs`; a test compares.
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { errors } from '../packages/millstream/src/base/errors.ts'
import { commandNames, loadCommand } from '../packages/millstream/src/cli/commands/all.ts'
import { commandHelp, generalHelp } from '../packages/millstream/src/cli/help.ts'
import { optionTable } from '../packages/millstream/src/config/options.ts'
import { streamOptions } from '../packages/millstream/src/config/stream-options.ts'
import { datagenOptions } from '../packages/millstream/src/connect/datagen/options.ts'
import { fileOptions } from '../packages/millstream/src/connect/files/options.ts'
import { printOptions } from '../packages/millstream/src/connect/print/options.ts'
import type { ScalarFunction } from '../packages/millstream/src/expr/function.ts'
import { functionFamilies } from '../packages/millstream/src/expr/functions/all.ts'

const root = join(import.meta.dirname, '..')
const docs = join(root, 'docs')
const source = (...path: string[]): string => readFileSync(join(root, 'packages', 'millstream', 'src', ...path), 'utf8')
const written = 'This page is written by `npm run docs`.'

export function errorsPage(): string {
  const rows = Object.entries(errors.kinds).map(
    ([code, kind]) => `| ${code} | ${kind.title} | ${kind.domain} | ${kind.http} | ${kind.retry ? 'yes' : 'no'} |`,
  )
  return [
    '# Errors',
    '',
    `Every error says what happened, where, why and what to do, and carries a stable code. ${written}`,
    '`user`: the request or definition is wrong; `environment`: disk, network or another system; `server`: a bug of ours.',
    '',
    '| code | title | whose | HTTP | worth a retry |',
    '|---|---|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export function limitsPage(): string {
  const text = source('base', 'limits.ts')
  const rows: string[] = []
  let reason: string[] = []
  for (const line of text.slice(text.indexOf('export const limits')).split('\n')) {
    const comment = /^\s*(?:\/\*\*|\*|\/\/)\s?(.*?)(?:\s*\*\/)?$/.exec(line)
    const entry = /^\s*(\w+): ([^,]+),/.exec(line)
    if (entry !== null) {
      rows.push(`| ${entry[1]} | ${entry[2]} | ${reason.join(' ')} |`)
    } else if (comment !== null && comment[1] !== '' && comment[1] !== '/') {
      if (/^\s*\/\*\*/.test(line)) reason = []
      reason.push(comment[1] ?? '')
    }
  }
  return [
    '# Limits',
    '',
    `Every queue, batch, retry and cache has a named limit. ${written}`,
    '',
    '| limit | value | why |',
    '|---|---|---|',
    ...rows,
    '',
  ].join('\n')
}

export function optionsPage(): string {
  const section = (title: string, text: string, set: { docs(): Parameters<typeof optionTable>[0] }): string[] => [
    `## ${title}`,
    '',
    text,
    '',
    optionTable(set.docs()),
    '',
  ]
  return [
    '# Options',
    '',
    `What may stand in \`WITH (...)\` of a \`CREATE TABLE\`. An unknown option is an error that names the nearest one. ${written}`,
    'The options of commands are in [commands.md](commands.md).',
    '',
    ...section('A stream', "`'connector' = 'millstream'`: a contract, kept in Millstream's own log.", streamOptions),
    ...section(
      'Files',
      "`'connector' = 'filesystem'`, in a pipeline: source and sink. A file that is written appears whole, when the checkpoint that holds its rows is committed.",
      fileOptions,
    ),
    ...section(
      'Rows made up',
      "`'connector' = 'datagen'`, in a pipeline: a source. `#` stands for the name of any column.",
      datagenOptions,
    ),
    ...section('Print', "`'connector' = 'print'`, in a pipeline: rows go to the server's log, once they are committed.", printOptions),
    '## Blackhole',
    '',
    "`'connector' = 'blackhole'`, in a pipeline: rows are counted and forgotten. No options.",
    '',
    '## Every table',
    '',
    "Any table that is read may have `'scan.watermark.idle-timeout'`. `'property-version'` is taken, so that Flink's text runs.",
    '',
  ].join('\n')
}

export async function commandsPage(): Promise<string> {
  const sections: string[] = []
  for (const name of commandNames) {
    const command = await loadCommand(name)
    if (command !== null) sections.push(`## ${name}`, '', '```', commandHelp(command).trimEnd(), '```', '')
  }
  return [
    '# Commands',
    '',
    `\`./millstream\` in the clone, \`millstream\` where the package is installed. ${written}`,
    '',
    '```',
    (await generalHelp()).trimEnd(),
    '```',
    '',
    ...sections,
  ].join('\n')
}

/** What is tried, and what it is answered: read from the table that the tests run. */
export function attacksPage(): string {
  const text = source('gateway', 'attacks.test.ts')
  const title = (quoted: string): string => quoted.slice(1, -1).replaceAll("\\'", "'").replaceAll('|', '\\|')
  const rows = [...text.matchAll(/name: ('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"),[\s\S]*?expected: \[(\d+), '(MS-\d+)'\]/g)].map(
    ([, name, status, code]) => `| ${title(name ?? '')} | ${status} | ${code} |`,
  )
  if (rows.length !== text.split('expected: [').length - 1) throw new Error('a row of the table of attacks was not understood')
  const tests = [...text.matchAll(/^test\(\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")/gm)].slice(1)
  return [
    '# Attacks',
    '',
    `What attackers try at the edge, a row each, and what they are answered. \`npm test\` runs this table (\`packages/millstream/src/gateway/attacks.test.ts\`). ${written}`,
    '',
    '| attack | status | code |',
    '|---|---|---|',
    ...rows,
    '',
    'Beside the table the same file shows:',
    '',
    ...tests.map(([, name]) => `- ${title(name ?? '')}`),
    '',
    'And elsewhere:',
    '',
    ...elsewhere.map(([what, path]) => `- ${what}: \`${path}\``),
    '',
  ].join('\n')
}

const elsewhere = [
  ['a path out of the folder, and a link that leads out of it', 'packages/millstream/src/connect/files/files.test.ts'],
  ['a regular expression that explodes elsewhere', 'packages/millstream/src/expr/interpret.test.ts'],
  ['the same in a Druid query; text of a user in a statement for the store; JavaScript', 'packages/millstream/src/olap/queries.test.ts'],
  ['SQL that is nested without end', 'packages/millstream/src/syntax/parse.test.ts'],
  ['lists that take far more memory than their text', 'packages/millstream/src/codec/json/bodies.test.ts'],
  ['a YAML bomb in a definition', 'test/whole/command.test.ts'],
  ['a `<script>` in a row, on the page', 'test/browser/pages.test.ts'],
  ['a server opened to the network without a token', 'test/whole/command.test.ts'],
] as const

/** Registered, and yet refused by name where a query calls them. */
const refused = ['PROCTIME']

export function functionsPage(): string {
  const line = ({ names, signatures }: ScalarFunction): string[] => {
    const texts = signatures.filter((text) => text !== '').map((text) => `\`${text}\``)
    const also = names.slice(1).map((name) => `\`${name}\``)
    return texts.length === 0 || refused.includes(names[0] ?? '')
      ? []
      : [`- ${texts.join(', ')}${also.length === 0 ? '' : `; also ${also.join(', ')}`}`]
  }
  const sections = Object.entries(functionFamilies).flatMap(([family, functions]) => [
    `## ${family}`,
    '',
    ...new Set(functions.flatMap(line)),
    '',
  ])
  return [
    '# Functions of Flink SQL',
    '',
    `Every function that a pipeline or a query over streams may call, with what it takes. ${written}`,
    'Where they differ from Flink, knowingly, and which aggregates there are, is in [sql.md](sql.md).',
    '',
    ...sections,
  ].join('\n')
}

export const pages: Readonly<Record<string, () => string | Promise<string>>> = {
  'errors.md': errorsPage,
  'limits.md': limitsPage,
  'options.md': optionsPage,
  'commands.md': commandsPage,
  'attacks.md': attacksPage,
  'functions.md': functionsPage,
}

if (process.argv[1] === import.meta.filename) {
  for (const [name, page] of Object.entries(pages)) writeFileSync(join(docs, name), await page())
}
