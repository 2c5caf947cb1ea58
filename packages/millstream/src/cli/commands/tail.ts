import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { cellText, csvText, tableText } from '../output.ts'

export const command: Command = {
  name: 'tail',
  arguments: 'STREAM',
  counts: [1, 1],
  summary: 'Follow a stream: rows as they are committed',
  details: `
  millstream tail playback
  millstream tail playback --where "country = 'BR' AND rebuffer_ms > 1000"
  millstream tail playback --from '10 min' --no-follow -o csv
`,
  options: {
    where: { type: 'string', value: 'EXPR', doc: "A condition over the stream's columns, in SQL" },
    from: { type: 'string', value: 'TIME', doc: 'ISO-8601, earliest, latest (the default), or a duration back such as 10 min' },
    limit: { type: 'string', value: 'N', doc: 'Ends after so many rows' },
    'no-follow': { type: 'boolean', doc: 'Ends at the newest row instead of waiting for more' },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const { format } = call
    const where = call.text('where')
    const from = call.text('from')
    const limit = call.text('limit')
    let titles: readonly string[] | null = null
    const rows = call.client().tail(call.args[0] ?? '', {
      ...(where === undefined ? {} : { where }),
      from: from ?? (call.flag('no-follow') ? 'earliest' : 'latest'),
      ...(limit === undefined ? {} : { limit: Number(limit) }),
      follow: !call.flag('no-follow'),
      signal: call.stopped,
    })
    try {
      for await (const { row } of rows) {
        if (format === 'csv') {
          if (titles === null) call.print(csvText([Object.keys(row)]))
          titles ??= Object.keys(row)
          call.print(csvText([titles.map((title) => row[title])]))
        } else if (format === 'table' && call.terminal) {
          titles ??= Object.keys(row)
          call.print(
            tableText(titles, [titles.map((title) => cellText(row[title]))], [])
              .split('\n')
              .slice(titles === null ? 0 : 1)
              .join('\n'),
          )
        } else call.print(`${JSON.stringify(row)}\n`)
      }
    } catch (error) {
      if (!call.stopped.aborted) throw error
    }
    return exit.done
  },
}
