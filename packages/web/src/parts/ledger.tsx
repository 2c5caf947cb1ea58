import { useEffect } from 'react'
import { client } from '../state/client.ts'
import { count } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'
import { Chart } from './chart.tsx'
import { ProblemBox } from './problem.tsx'

const refreshMs = 2000

/** The account of every event as a flow that balances. */
export function LedgerView({ stream }: { readonly stream: string }) {
  const { value, error, reload } = useLoad(`ledger ${stream}`, () => client.ledger(stream))
  const { connection } = useLive()
  useEffect(() => {
    if (connection !== 'live') return
    const timer = setInterval(reload, refreshMs)
    return () => clearInterval(timer)
  }, [connection, reload])
  if (value === null) return error === null ? <div className="empty">Reading the ledger …</div> : <ProblemBox error={error} />
  const { totals, hops, minutes, differences } = value
  return (
    <>
      {differences.length > 0 && (
        <div className="problem" role="alert">
          <b>The account differs</b>
          {differences.map((line) => (
            <div key={line}>{line}</div>
          ))}
        </div>
      )}
      <div className="panel">
        <h2>
          {count(totals.received)} received = {count(totals.accepted)} accepted + {count(totals.rejected)} rejected
        </h2>
        <div className="flow">
          <Line label="accepted" value={totals.accepted} of={totals.received} />
          <Line label="rejected, in dead letters" value={totals.rejected} of={totals.received} tone="bad" />
        </div>
      </div>
      {hops
        .filter((hop) => hop.hop !== 'edge')
        .map((hop) => (
          <div className="panel" key={hop.hop}>
            <h2>
              {hop.hop.replace(':', ' ')}: {count(hop.in)} in
            </h2>
            <div className="flow">
              <Line label="went on" value={hop.out} of={hop.in} />
              {hop.filtered > 0 && <Line label="filtered out" value={hop.filtered} of={hop.in} />}
              {hop.held > 0 && <Line label="held in state" value={hop.held} of={hop.in} />}
              {hop.late > 0 && <Line label="late, in dead letters" value={hop.late} of={hop.in} tone="warn" />}
              {hop.rejected > 0 && <Line label="rejected" value={hop.rejected} of={hop.in} tone="bad" />}
              {hop.refused > 0 && <Line label="refused by the sink" value={hop.refused} of={hop.in} tone="bad" />}
            </div>
          </div>
        ))}
      {minutes.length > 1 && (
        <div className="panel">
          <h2>By minute</h2>
          <Chart
            times={minutes.map((minute) => minute.minuteMs)}
            series={[
              { label: 'accepted', values: minutes.map((minute) => minute.accepted) },
              { label: 'rejected', values: minutes.map((minute) => minute.rejected) },
            ]}
          />
        </div>
      )}
    </>
  )
}

function Line({ label, value, of, tone }: { readonly label: string; readonly value: number; readonly of: number; readonly tone?: string }) {
  return (
    <div className="line">
      <span className="label" title={label}>
        {label}
      </span>
      <progress className={tone} value={of === 0 ? 0 : value / of} max={1} aria-label={label} />
      <span>{count(value)}</span>
    </div>
  )
}
