import { useState } from 'react'
import { client } from '../state/client.ts'
import { count, instant } from '../state/format.ts'
import { useLoad } from '../state/load.ts'
import { ProblemBox } from './problem.tsx'

const shownRows = 200

/** Rows that could not go on: what came, why it was refused, and the way to send it again. */
export function DeadLetters({ stream }: { readonly stream: string }) {
  const { value, error, reload } = useLoad(`dead letters ${stream}`, () => client.deadLetters(stream, { limit: shownRows }))
  const [outcome, setOutcome] = useState<string | null>(null)
  const [failure, setFailure] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const redrive = async (ids: readonly string[]) => {
    setBusy(true)
    setFailure(null)
    try {
      const answer = await client.redrive(stream, { ids })
      setOutcome(`${count(answer.accepted)} accepted, ${count(answer.rejected)} refused again.`)
      reload()
    } catch (caught) {
      setFailure(caught)
    }
    setBusy(false)
  }
  if (value === null) return error === null ? <div className="empty">Reading the dead letters …</div> : <ProblemBox error={error} />
  if (value.items.length === 0) return <div className="panel empty">No dead letters: every row that came could go on.</div>
  const open = value.items.filter((letter) => !letter.redriven && letter.stage === 'edge')
  return (
    <>
      <div className="row">
        <span className="grow dim">
          {value.cursor === null ? `${value.items.length} dead letters` : `The newest ${value.items.length} dead letters`}. Change the
          contract so that it takes them, then send them again.
        </span>
        <button type="button" disabled={busy || open.length === 0} onClick={() => void redrive(open.map((letter) => letter.id))}>
          Send these {open.length} again
        </button>
        <button type="button" onClick={reload}>
          Read again
        </button>
      </div>
      {outcome !== null && <div className="notice">{outcome}</div>}
      <ProblemBox error={failure} />
      <div className="panel flush">
        <div className="scroll">
          <table>
            <thead>
              <tr>
                <th>when (UTC)</th>
                <th>stage</th>
                <th>why</th>
                <th>as it came</th>
                <th>
                  <span className="visually-hidden">send again</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {value.items.map((letter) => (
                <tr key={letter.id}>
                  <td>{instant(letter.atMs)}</td>
                  <td>{letter.stage}</td>
                  <td className="wrap">
                    {letter.reason} <small className="dim">{letter.code}</small>
                  </td>
                  <td className="wrap mono">{letter.body}</td>
                  <td>
                    {letter.redriven ? (
                      <span className="dim">sent again</span>
                    ) : (
                      letter.stage === 'edge' && (
                        <button type="button" disabled={busy} onClick={() => void redrive([letter.id])}>
                          Again
                        </button>
                      )
                    )}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </>
  )
}
