import type { SqlMessage } from '@millstream/client'
import { useCallback, useEffect, useRef, useState } from 'react'
import { client } from '../state/client.ts'
import { instant } from '../state/format.ts'
import { Rows } from './rows.tsx'

const keptRows = 200

type Progress = Extract<SqlMessage, { type: 'progress' }>

export interface Preview {
  readonly running: boolean
  readonly columns: readonly { readonly name: string; readonly type: string }[] | null
  readonly rows: readonly (readonly unknown[])[]
  readonly kinds: readonly string[] | undefined
  readonly progress: Progress | null
  readonly error: unknown
  readonly ended: boolean
  start(sql: string): void
  stop(): void
}

/** Live rows of a text that is not deployed. */
export function usePreview(): Preview {
  const [state, setState] = useState<Omit<Preview, 'start' | 'stop'>>({
    running: false,
    columns: null,
    rows: [],
    kinds: undefined,
    progress: null,
    error: null,
    ended: false,
  })
  const running = useRef<AbortController | null>(null)
  const stop = useCallback(() => {
    running.current?.abort()
    running.current = null
    setState((old) => ({ ...old, running: false }))
  }, [])
  useEffect(() => stop, [stop])
  const start = useCallback((sql: string) => {
    running.current?.abort()
    const control = new AbortController()
    running.current = control
    setState({ running: true, columns: null, rows: [], kinds: undefined, progress: null, error: null, ended: false })
    const follow = async () => {
      try {
        for await (const message of client.preview({ sql }, { signal: control.signal })) {
          if (control.signal.aborted) return
          if (message.type === 'schema') setState((old) => ({ ...old, columns: message.columns }))
          else if (message.type === 'rows') {
            setState((old) => {
              const kinds =
                message.kinds === undefined && old.kinds === undefined
                  ? undefined
                  : [...(message.kinds ?? message.rows.map(() => '+I')), ...(old.kinds ?? old.rows.map(() => '+I'))]
              return { ...old, rows: [...message.rows, ...old.rows].slice(0, keptRows), kinds: kinds?.slice(0, keptRows) }
            })
          } else if (message.type === 'progress') setState((old) => ({ ...old, progress: message }))
          else if (message.type === 'problem')
            setState((old) => ({ ...old, error: { ...message.problem, message: message.problem.detail } }))
        }
        setState((old) => ({ ...old, running: false, ended: true }))
      } catch (error) {
        if (!control.signal.aborted) setState((old) => ({ ...old, running: false, error }))
      }
    }
    void follow()
  }, [])
  return { ...state, start, stop }
}

export function PreviewRows({ preview }: { readonly preview: Preview }) {
  const { columns, rows, kinds, progress, running, ended } = preview
  if (!running && columns === null) return null
  return (
    <section aria-label="Preview">
      <h2>Preview{running ? ', live; nothing is deployed' : ended ? ', ended' : ', stopped'}</h2>
      {progress !== null && (
        <p className={progress.waiting === null ? 'dim' : 'warn'}>
          {progress.waiting ??
            (progress.watermarkMs === null
              ? 'No watermark yet.'
              : `Watermark ${instant(progress.watermarkMs).slice(11, 23)}${progress.heldBy === null ? '' : `, held by ${progress.heldBy}`}.`)}
        </p>
      )}
      <div className="panel flush">
        <Rows columns={columns ?? []} rows={rows} kinds={kinds} empty={running ? 'Waiting for rows …' : 'No rows.'} />
      </div>
    </section>
  )
}
