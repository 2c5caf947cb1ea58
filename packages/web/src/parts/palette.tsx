import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import { useLive } from '../state/live.ts'
import { go } from '../state/route.ts'

const shownMax = 50
const rooms = { stream: 'streams', pipeline: 'pipelines', dataset: 'datasets' } as const

/** Ctrl K: goes to an object by a part of its name. */
export function Palette({ onClose }: { onClose(): void }) {
  const { graph } = useLive()
  const dialog = useRef<HTMLDialogElement>(null)
  const [search, setSearch] = useState('')
  const [chosen, setChosen] = useState(0)
  useEffect(() => dialog.current?.showModal(), [])
  const found = useMemo(() => {
    const wanted = search.toLowerCase()
    return (graph?.nodes ?? []).flatMap((node) =>
      node.kind !== 'source' && node.name.toLowerCase().includes(wanted) ? [{ kind: node.kind, name: node.name }] : [],
    )
  }, [graph, search])
  const open = (index: number) => {
    const target = found[index]
    if (target === undefined) return
    onClose()
    go(rooms[target.kind], target.name)
  }
  const onKey = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen((old) => Math.min(old + 1, Math.min(found.length, shownMax) - 1))
    else if (event.key === 'ArrowUp') setChosen((old) => Math.max(old - 1, 0))
    else if (event.key === 'Enter') open(chosen)
    else return
    event.preventDefault()
  }
  return (
    <dialog ref={dialog} className="palette" onClose={onClose} aria-label="Find an object">
      <input
        placeholder="Stream, pipeline or dataset …"
        aria-label="Name"
        value={search}
        onChange={(event) => {
          setSearch(event.target.value)
          setChosen(0)
        }}
        onKeyDown={onKey}
      />
      {found.length === 0 ? (
        <div className="empty">Nothing has “{search}” in its name.</div>
      ) : (
        <div className="found" role="listbox" aria-label="Found">
          {found.slice(0, shownMax).map((item, index) => (
            <div
              role="option"
              tabIndex={-1}
              key={`${item.kind}:${item.name}`}
              aria-selected={index === chosen}
              onClick={() => open(index)}
              onKeyDown={onKey}
            >
              <span className="dim">{item.kind}</span>
              <span className="name">{item.name}</span>
            </div>
          ))}
          {found.length > shownMax && <div className="dim">… and {found.length - shownMax} more: type more of the name</div>}
        </div>
      )}
    </dialog>
  )
}
