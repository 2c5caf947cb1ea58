import { createInterface } from 'node:readline/promises'
import type { SqlMessage, SqlRequest } from '@millstream/client'
import { MillstreamProblem } from '@millstream/client'
import { errors } from '../../base/errors.ts'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { cellText, count, csvText, tableText } from '../output.ts'
import { problemText } from '../problem.ts'

export const command: Command = {
  name: 'sql',
  arguments: '[QUERY]',
  counts: [0, 1],
  summary: 'Ask: Flink SQL over streams, Druid SQL over datasets; without a query, a prompt',
  details: `
A SELECT ends: it reads the stream up to now and answers a final table. --follow goes on. Both read the last 10 minutes unless --from says otherwise.

  millstream sql "SELECT country, COUNT(*) FROM playback GROUP BY country"
  millstream sql --follow "SELECT * FROM playback WHERE rebuffer_ms > 1000"
  millstream sql "SELECT app_version, SUM(events) FROM playback_1m GROUP BY 1"
`,
  options: {
    follow: { type: 'boolean', doc: 'Goes on: rows as they come, until Ctrl-C' },
    from: { type: 'string', value: 'TIME', doc: 'Where streams are read from: ISO-8601, earliest, or a duration back such as 10 min' },
    dialect: { type: 'string', value: 'DIALECT', doc: 'flink or druid; else by the tables in FROM' },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const query = call.args[0] ?? (process.stdin.isTTY === true ? null : await standardInput())
    if (query !== null) return ask(call, query)
    return prompt(call)
  },
}

async function standardInput(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin) text += chunk
  return text
}

async function prompt(call: Call): Promise<number> {
  call.note(`Asking ${call.server}. End a query with ; and leave with Ctrl-D.`)
  const input = createInterface({ input: process.stdin, output: process.stdout })
  let dialect = 'sql'
  let query = ''
  input.setPrompt(`${dialect}> `)
  input.prompt()
  for await (const line of input) {
    query += `${line}\n`
    if (query.trim() === '' || /^\s*(quit|exit)\s*;?\s*$/i.test(query)) {
      if (query.trim() !== '') break
      query = ''
    } else if (/;\s*$/.test(query)) {
      try {
        await ask(call, query.replace(/;\s*$/, ''), (chosen) => {
          dialect = chosen
        })
      } catch (error) {
        process.stderr.write(problemText(error).text)
      }
      query = ''
    }
    input.setPrompt(query === '' ? `${dialect}> ` : `${' '.repeat(dialect.length)}> `)
    input.prompt()
  }
  return exit.done
}

async function ask(call: Call, sql: string, onDialect: (dialect: string) => void = () => {}): Promise<number> {
  const dialect = call.text('dialect')
  if (dialect !== undefined && dialect !== 'flink' && dialect !== 'druid') {
    throw errors.fail('MS-7014', { reason: `There is no dialect '${dialect}'`, near: ['flink', 'druid'], help: 'millstream sql --help' })
  }
  const from = call.text('from')
  const request: SqlRequest = { sql, ...(dialect === undefined ? {} : { dialect }), ...(from === undefined ? {} : { from }) }
  const how = { signal: call.stopped }
  const messages = call.flag('follow') ? call.client().preview(request, how) : call.client().sql(request, how)
  try {
    return await show(call, messages, onDialect)
  } catch (error) {
    if (call.stopped.aborted) return exit.done
    throw error
  }
}

async function show(call: Call, messages: AsyncIterable<SqlMessage>, onDialect: (dialect: string) => void): Promise<number> {
  let columns: readonly { readonly name: string; readonly type: string }[] = []
  let waiting: string | null = null
  const table: (readonly unknown[])[] = []
  const follow = call.flag('follow')
  const names = (): string[] => columns.map((column) => column.name)
  for await (const message of messages) {
    if (message.type === 'problem') throw new MillstreamProblem(message.problem)
    if (message.type === 'schema') {
      columns = message.columns
      onDialect(message.dialect)
      if (call.format === 'csv') call.print(csvText([names()]))
    } else if (message.type === 'progress') {
      if (message.waiting !== null && message.waiting !== waiting) call.note(message.waiting)
      waiting = message.waiting
    } else if (message.type === 'rows') {
      if (call.format === 'csv') call.print(csvText(message.rows))
      else if (call.format === 'ndjson' || (follow && !call.terminal))
        for (const row of message.rows) call.print(`${rowObject(columns, row)}\n`)
      else if (follow)
        for (const [index, row] of message.rows.entries()) call.print(`${message.kinds?.[index] ?? ''}${row.map(cellText).join('  ')}\n`)
      else table.push(...message.rows)
    } else if (message.type === 'end' && call.format === 'table' && !follow) {
      call.print(
        tableText(
          names(),
          table.map((row) => row.map((value) => (value === null ? 'null' : cellText(value)))),
          columns.map((column) => /INT|DECIMAL|DOUBLE|FLOAT|LONG/i.test(column.type)),
        ),
      )
      call.note(`${count(message.rows)} rows in ${count(message.durationMs)} ms`)
    }
  }
  if (call.format === 'json') call.print(`[${table.map((row) => `\n  ${rowObject(columns, row)}`).join(',')}\n]\n`)
  if (call.format === 'yaml') for (const row of table) call.print(`- ${rowObject(columns, row)}\n`)
  return exit.done
}

const rowObject = (columns: readonly { readonly name: string }[], row: readonly unknown[]): string =>
  JSON.stringify(Object.fromEntries(columns.map((column, position) => [column.name, row[position]])))
