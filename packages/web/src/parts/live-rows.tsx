import { useEffect, useState } from 'react'
import { client } from '../state/client.ts'
import { ProblemBox } from './problem.tsx'
import { Rows } from './rows.tsx'

const keptRows = 100
/** Rows are shown a few times a second, however many come. */
const showEveryMs = 250

/** The newest rows as they are committed; a filter is SQL over the stream's columns. */
export function LiveRows({ stream }: { readonly stream: string }) {
  const [rows, setRows] = useState<readonly Readonly<Record<string, unknown>>[]>([])
  const [paused, setPaused] = useState(false)
  const [typed, setTyped] = useState('')
  const [where, setWhere] = useState('')
  const [error, setError] = useState<unknown>(null)
  useEffect(() => {
    if (paused) return
    const stop = new AbortController()
    let fresh: Readonly<Record<string, unknown>>[] = []
    const show = setInterval(() => {
      if (fresh.length === 0) return
      const newest = fresh.reverse()
      fresh = []
      setRows((old) => [...newest, ...old].slice(0, keptRows))
    }, showEveryMs)
    const follow = async () => {
      setError(null)
      try {
        const { partitions } = await client.get('streams', stream)
        const each = Math.ceil(keptRows / Math.max(partitions.length, 1))
        const after = partitions.map(({ partition, end }) => `${partition}:${Math.max(end - each, 0)}`).join(',')
        for await (const event of client.tail(stream, { ...(where === '' ? {} : { where }), after, signal: stop.signal })) {
          fresh.push(event.row)
          if (fresh.length > keptRows) fresh = fresh.slice(-keptRows)
        }
      } catch (caught) {
        if (!stop.signal.aborted) setError(caught)
      }
    }
    void follow()
    return () => {
      stop.abort()
      clearInterval(show)
    }
  }, [stream, where, paused])
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))]
  return (
    <>
      <form
        className="row"
        onSubmit={(event) => {
          event.preventDefault()
          setRows([])
          setWhere(typed)
        }}
      >
        <input
          className="grow mono"
          placeholder="country = 'BR' AND rebuffer_ms > 1000"
          aria-label="Only rows where"
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit">Only these</button>
        <button type="button" onClick={() => setPaused(!paused)} aria-pressed={paused}>
          {paused ? 'Go on' : 'Pause'}
        </button>
      </form>
      <ProblemBox error={error} />
      <div className="panel flush">
        <Rows
          columns={names.map((name) => ({ name }))}
          rows={rows.map((row) => names.map((name) => row[name]))}
          empty={paused ? 'Paused.' : 'Waiting for rows …'}
        />
      </div>
    </>
  )
}
