export interface DemoCommand {
  /** As it is typed in the clone. */
  readonly line: string
  /** What it shows. */
  readonly shows: string
}

/** What `npm start` prints to try on the demo: find the release, fix and redrive the bad rows, prove the account. */
export const demoCommands: readonly DemoCommand[] = [
  {
    line: './millstream sql "SELECT app_version, device_type, country, SUM(rebuffer_ms) / SUM(events) AS waited_ms FROM playback_1m GROUP BY 1, 2, 3 ORDER BY 4 DESC LIMIT 5"',
    shows: 'which release keeps people waiting, and where (from minute two on)',
  },
  {
    line: './millstream apply examples/demo --var text_numbers=accept --yes && ./millstream redrive playback',
    shows: 'some devices send numbers as text: take them, and send the refused rows again',
  },
  { line: './millstream ledger playback', shows: 'the account of every event' },
]
