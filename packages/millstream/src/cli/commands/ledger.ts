import { type Command, exit, outputOption, serverOptions } from '../command.ts'
import { count, objectText, tableText } from '../output.ts'

export const command: Command = {
  name: 'ledger',
  arguments: 'STREAM',
  counts: [1, 1],
  summary: 'The account of every event of a stream',
  details:
    'Exit code 1 when the account differs.\n\n  millstream ledger playback\n  millstream ledger playback --from 2026-01-01T10:00:00Z -o json',
  options: {
    from: { type: 'string', value: 'TIME', doc: 'Minutes from here, ISO-8601' },
    to: { type: 'string', value: 'TIME', doc: 'Minutes up to here' },
    ...outputOption,
    ...serverOptions,
  },
  async run(call) {
    const from = call.text('from')
    const to = call.text('to')
    const ledger = await call
      .client()
      .ledger(call.args[0] ?? '', { ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) })
    const { totals, hops, differences } = ledger
    const fine = totals.balanced && differences.length === 0
    if (call.format !== 'table') {
      call.print(objectText(ledger, call.format))
      return fine ? exit.done : exit.failed
    }
    call.print(`${count(totals.received)} received = ${count(totals.accepted)} accepted + ${count(totals.rejected)} rejected\n\n`)
    const figures = ['in', 'out', 'filtered', 'late', 'rejected', 'refused', 'held'] as const
    call.print(
      tableText(
        ['hop', ...figures],
        hops.map((hop) => [hop.hop.replace(':', ' '), ...figures.map((name) => count(hop[name]))]),
        [false, ...figures.map(() => true)],
      ),
    )
    call.print(fine ? '\nThe account balances.\n' : `\nTHE ACCOUNT DIFFERS\n${differences.map((line) => `  ${line}\n`).join('')}`)
    return fine ? exit.done : exit.failed
  },
}
