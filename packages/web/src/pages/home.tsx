import type { HomeGraph, LiveUpdate } from '@millstream/client'
import { useMemo, useState } from 'react'
import { drawnMax, Lineage } from '../parts/lineage.tsx'
import { Stat } from '../parts/stat.tsx'
import { count, rate } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { link } from '../state/route.ts'

export function HomePage() {
  const { graph, now, connection } = useLive()
  const [search, setSearch] = useState('')
  const shown = useMemo(() => (graph === null ? null : narrow(graph, search, now)), [graph, search, now])
  if (graph === null || shown === null) {
    return (
      <div className="page">
        <h1>Home</h1>
        <div className="empty">{connection === 'lost' ? 'The server does not answer.' : 'Reading what flows where …'}</div>
      </div>
    )
  }
  return (
    <div className="page">
      <div className="head">
        <div className="grow">
          <h1>What flows where</h1>
          <p>
            Millstream {graph.server.version}, data in {graph.server.dataFolder}
          </p>
        </div>
        {graph.nodes.length > 12 && (
          <input
            type="search"
            placeholder="Only names with …"
            aria-label="Only names with"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        )}
      </div>
      <Totals now={now} />
      <Troubles graph={graph} now={now} />
      {graph.nodes.length === 0 ? <FirstSteps /> : <div className="canvas">{<Lineage graph={shown.graph} edges={now.edges} />}</div>}
      {shown.left > 0 && (
        <p className="dim">
          The {drawnMax} busiest of {count(shown.left + drawnMax)} are drawn. Search for the others, or see{' '}
          <a href={link('streams')}>Streams</a>.
        </p>
      )}
    </div>
  )
}

function Totals({ now }: { readonly now: LiveUpdate }) {
  const ledgers = Object.values(now.ledgers)
  const sum = (pick: (ledger: (typeof ledgers)[number]) => number) => ledgers.reduce((total, ledger) => total + pick(ledger), 0)
  const incoming = Object.entries(now.edges).reduce((total, [id, edge]) => total + (id.startsWith('source:') ? edge.rowsPerSecond : 0), 0)
  const balanced = ledgers.every((ledger) => ledger.balanced)
  return (
    <div className="stats">
      <Stat label="events in" value={rate(incoming)} />
      <Stat label="received, all told" value={count(sum((ledger) => ledger.received))} />
      <Stat label="accepted" value={count(sum((ledger) => ledger.accepted))} />
      <Stat label="rejected, kept as dead letters" value={count(sum((ledger) => ledger.rejected))} />
      <Stat label="late" value={count(sum((ledger) => ledger.late))} />
      <Stat
        label="the account"
        value={balanced ? 'balances' : 'differs'}
        tone={balanced ? 'good' : 'bad'}
        title="received = accepted + rejected, to the event, for every stream"
      />
    </div>
  )
}

function Troubles({ graph, now }: { readonly graph: HomeGraph; readonly now: LiveUpdate }) {
  const failed = graph.nodes.filter((node) => node.state === 'failed')
  const jobs = Object.entries(now.jobs).filter(([, job]) => job.state === 'failed')
  if (failed.length === 0 && jobs.length === 0) return null
  return (
    <div className="problem" role="alert">
      {jobs.map(([name, job]) => (
        <div key={name}>
          <a href={link('pipelines', name)}>{name}</a> failed: {job.error?.message ?? 'see its page'}{' '}
          {job.error !== null && <small className="dim">{job.error.code}</small>}
        </div>
      ))}
      {failed
        .filter((node) => node.kind !== 'pipeline')
        .map((node) => (
          <div key={node.id}>
            {node.name}: {node.note ?? 'failed'}
          </div>
        ))}
    </div>
  )
}

function FirstSteps() {
  return (
    <div className="panel empty">
      Nothing flows yet. Send the first events from a terminal:
      <br />
      <pre>
        {
          './millstream send my_stream events.ndjson --create\n./millstream sql "SELECT COUNT(*) FROM my_stream"\n./millstream init my-platform && ./millstream apply my-platform'
        }
      </pre>
    </div>
  )
}

/** The part of the graph that is drawn: what was searched for with its neighbours, and of that the busiest. */
function narrow(graph: HomeGraph, search: string, now: LiveUpdate): { readonly graph: HomeGraph; readonly left: number } {
  // Streams that Millstream keeps itself, such as playback$late, are in the dead letters of theirs.
  const users = graph.nodes.filter((node) => !node.name.includes('$'))
  let nodes: HomeGraph['nodes'] = users.length === graph.nodes.length ? graph.nodes : users
  if (search !== '') {
    const hit = new Set(nodes.filter((node) => node.name.includes(search.toLowerCase())).map((node) => node.id))
    const near = new Set(graph.edges.flatMap((edge) => (hit.has(edge.from) || hit.has(edge.to) ? [edge.from, edge.to] : [])))
    nodes = nodes.filter((node) => hit.has(node.id) || near.has(node.id))
  }
  if (nodes.length > drawnMax) {
    const busy = new Map<string, number>()
    for (const [id, edge] of Object.entries(now.edges)) {
      for (const end of id.split('>')) busy.set(end, (busy.get(end) ?? 0) + edge.rowsPerSecond)
    }
    nodes = [...nodes].sort((a, b) => (busy.get(b.id) ?? 0) - (busy.get(a.id) ?? 0)).slice(0, drawnMax)
  }
  if (nodes === graph.nodes) return { graph, left: 0 }
  const kept = new Set(nodes.map((node) => node.id))
  const edges = graph.edges.filter((edge) => kept.has(edge.from) && kept.has(edge.to))
  return { graph: { ...graph, nodes, edges }, left: search === '' ? users.length - nodes.length : 0 }
}
