import type { StreamObject } from '@millstream/client'
import { useMemo } from 'react'
import { Chart } from '../parts/chart.tsx'
import { DeadLetters } from '../parts/dead-letters.tsx'
import { LedgerView } from '../parts/ledger.tsx'
import { LiveRows } from '../parts/live-rows.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { Stat } from '../parts/stat.tsx'
import { client } from '../state/client.ts'
import { count, rate } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'
import { link } from '../state/route.ts'
import { incomingRate } from './lists.tsx'

const tabs = [
  ['rows', 'Live rows'],
  ['contract', 'Contract'],
  ['ledger', 'Ledger'],
  ['dead-letters', 'Dead letters'],
] as const

export function StreamPage({ name, tab }: { readonly name: string; readonly tab: string }) {
  const { now, history } = useLive()
  const { value: stream, error } = useLoad(`stream ${name}`, () => client.get('streams', name))
  const ledger = now.ledgers[name] ?? stream?.ledger
  const times = useMemo(() => history.map((point) => point.atMs), [history])
  const rates = useMemo(
    () => [{ label: 'events per second', values: history.map((point) => incomingRate(name, point.edges)) }],
    [history, name],
  )
  return (
    <div className="page">
      <div className="head">
        <div className="grow">
          <h1>{name}</h1>
          <p>{stream === null ? 'stream' : (stream.comment ?? (stream.system ? 'kept by Millstream' : 'stream'))}</p>
        </div>
        {stream?.options.tier !== undefined && <span className="badge plain">tier {stream.options.tier}</span>}
        {stream?.options.owner !== undefined && <span className="badge plain">{stream.options.owner}</span>}
      </div>
      <ProblemBox error={error} />
      {ledger !== undefined && (
        <div className="stats">
          <Stat label="events in" value={rate(incomingRate(name, now.edges))} />
          <Stat label="accepted" value={count(ledger.accepted)} />
          <Stat label="rejected" value={count(ledger.rejected)} tone={ledger.rejected > 0 ? 'warn' : undefined} />
          <Stat label="late" value={count(ledger.late)} />
          <Stat label="the account" value={ledger.balanced ? 'balances' : 'differs'} tone={ledger.balanced ? 'good' : 'bad'} />
        </div>
      )}
      <div className="panel">
        <h2>Events per second, last five minutes</h2>
        <Chart times={times} series={rates} height={130} />
      </div>
      <nav className="tabs" aria-label="Parts of the stream">
        {tabs.map(([id, title]) => (
          <a key={id} href={link('streams', name, id)} aria-current={tab === id ? 'page' : undefined}>
            {title}
          </a>
        ))}
      </nav>
      {tab === 'rows' && <LiveRows stream={name} />}
      {tab === 'contract' && stream !== null && <Contract stream={stream} />}
      {tab === 'ledger' && <LedgerView stream={name} />}
      {tab === 'dead-letters' && <DeadLetters stream={name} />}
    </div>
  )
}

function Contract({ stream }: { readonly stream: StreamObject }) {
  return (
    <div className="grid">
      <div className="panel flush">
        <table>
          <thead>
            <tr>
              <th>field</th>
              <th>type</th>
              <th>what it is</th>
            </tr>
          </thead>
          <tbody>
            {stream.columns.map((column) => (
              <tr key={column.name}>
                <td>
                  <span className="cut" title={column.name}>
                    {column.name}
                  </span>
                </td>
                <td className="mono wrap">{column.type}</td>
                <td className="wrap dim">
                  {[
                    column.kind === 'physical' ? null : column.kind,
                    stream.primaryKey.includes(column.name) ? 'key' : null,
                    stream.watermark?.column === column.name ? 'event time' : null,
                    column.comment,
                  ]
                    .filter(Boolean)
                    .join(', ')}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className="panel">
        <h2>Version {stream.contractVersion}, as SQL</h2>
        <pre>{stream.sql}</pre>
      </div>
    </div>
  )
}
