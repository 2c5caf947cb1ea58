import type { DatasetObject, Page, PipelineObject, StreamObject } from '@millstream/client'
import { type ReactNode, useState } from 'react'
import { StateBadge } from '../parts/badge.tsx'
import { ProblemBox } from '../parts/problem.tsx'
import { client } from '../state/client.ts'
import { bytes, count, duration, rate } from '../state/format.ts'
import { useLive } from '../state/live.ts'
import { useLoad } from '../state/load.ts'
import { link } from '../state/route.ts'

const pageRows = 100

export function StreamsPage() {
  const { now } = useLive()
  return (
    <ListPage<StreamObject>
      title="Streams"
      kind="streams"
      columns={['name', 'events in', 'accepted', 'rejected', 'late', 'partitions', 'what it is']}
      numbers={[1, 2, 3, 4, 5]}
      empty="./millstream send my_stream events.ndjson --create"
      cells={(stream) => {
        const ledger = now.ledgers[stream.name] ?? stream.ledger
        return [
          <Name key="name" kind="streams" name={stream.name} />,
          rate(incomingRate(stream.name, now.edges)),
          count(ledger.accepted),
          count(ledger.rejected),
          count(ledger.late),
          stream.partitions.length,
          <Cut key="comment" text={stream.comment ?? (stream.system ? 'kept by Millstream' : '')} />,
        ]
      }}
    />
  )
}

export function PipelinesPage() {
  const { now } = useLive()
  return (
    <ListPage<PipelineObject>
      title="Pipelines"
      kind="pipelines"
      columns={['name', 'state', 'behind', 'reads', 'writes', 'revision']}
      numbers={[2, 5]}
      empty="./millstream init my-platform && ./millstream apply my-platform"
      action={
        <a href={link('pipelines', '+new')} className="button">
          <button type="button" className="primary" tabIndex={-1}>
            New pipeline
          </button>
        </a>
      }
      cells={(pipeline) => {
        const job = now.jobs[pipeline.name] ?? pipeline.jobs[0]?.summary
        return [
          <Name key="name" kind="pipelines" name={pipeline.name} />,
          <StateBadge key="state" state={job?.state ?? 'stopped'} />,
          job === undefined ? '' : job.lagRows === 0 ? 'nothing' : `${count(job.lagRows)} rows, ${duration(job.lagMs)}`,
          <Cut key="reads" text={pipeline.reads.join(', ')} />,
          <Cut key="writes" text={pipeline.writes.join(', ')} />,
          pipeline.revision,
        ]
      }}
    />
  )
}

export function DatasetsPage() {
  const { now } = useLive()
  return (
    <ListPage<DatasetObject>
      title="Datasets"
      kind="datasets"
      columns={['name', 'from', 'events', 'rows', 'size', 'behind', 'dimensions']}
      numbers={[2, 3, 4, 5]}
      empty="./millstream init my-platform && ./millstream apply my-platform"
      cells={(dataset) => {
        const summary = now.datasets[dataset.name] ?? dataset.summary
        return [
          <Name key="name" kind="datasets" name={dataset.name} />,
          dataset.from,
          count(summary.events),
          count(summary.rows),
          bytes(summary.bytes),
          count(summary.lagRows),
          <Cut key="dimensions" text={dataset.dimensions.join(', ')} />,
        ]
      }}
    />
  )
}

const Name = ({ kind, name }: { readonly kind: string; readonly name: string }) => (
  <a className="cut" href={link(kind, name)} title={name}>
    {name}
  </a>
)
const Cut = ({ text }: { readonly text: string }) => (
  <span className="cut" title={text}>
    {text}
  </span>
)

/** What flows into a stream, over all the edges that end there. */
export function incomingRate(name: string, edges: Readonly<Record<string, { readonly rowsPerSecond: number }>>): number {
  return Object.entries(edges).reduce((sum, [id, edge]) => sum + (id.endsWith(`>stream:${name}`) ? edge.rowsPerSecond : 0), 0)
}

function ListPage<T extends { readonly name: string; readonly uid: string }>(props: {
  readonly title: string
  readonly kind: 'streams' | 'pipelines' | 'datasets'
  readonly columns: readonly string[]
  readonly numbers: readonly number[]
  readonly empty: string
  readonly action?: ReactNode
  cells(item: T): readonly ReactNode[]
}) {
  const [search, setSearch] = useState('')
  const [cursors, setCursors] = useState<readonly (string | null)[]>([null])
  const cursor = cursors[cursors.length - 1] ?? null
  const { graph } = useLive()
  const { value, error, loading } = useLoad(`${props.kind} ${search} ${cursor} ${graph?.nodes.length ?? 0}`, async () => {
    return (await client.list(props.kind, { search, limit: pageRows, ...(cursor === null ? {} : { cursor }) })) as unknown as Page<T>
  })
  return (
    <div className="page">
      <div className="head">
        <h1 className="grow">{props.title}</h1>
        <input
          type="search"
          placeholder="Only names with …"
          aria-label="Only names with"
          value={search}
          onChange={(event) => {
            setSearch(event.target.value)
            setCursors([null])
          }}
        />
        {props.action}
      </div>
      <ProblemBox error={error} />
      {value === null && error === null && <div className="empty">{loading ? 'Reading …' : ''}</div>}
      {value !== null && value.items.length === 0 && (
        <div className="panel empty">
          {search === '' ? `There are no ${props.kind} yet.` : `Nothing has “${search}” in its name.`}
          {search === '' && (
            <>
              <br />
              <pre>{props.empty}</pre>
            </>
          )}
        </div>
      )}
      {value !== null && value.items.length > 0 && (
        <div className="panel flush">
          <div className="scroll tall">
            <table>
              <thead>
                <tr>
                  {props.columns.map((column, position) => (
                    <th key={column} className={props.numbers.includes(position) ? 'number' : undefined}>
                      {column}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {value.items.map((item) => (
                  <tr key={item.uid}>
                    {props.cells(item).map((cell, position) => (
                      <td key={props.columns[position]} className={props.numbers.includes(position) ? 'number' : undefined}>
                        {cell}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </div>
      )}
      {(cursors.length > 1 || value?.cursor) && (
        <div className="row">
          <button type="button" disabled={cursors.length === 1} onClick={() => setCursors(cursors.slice(0, -1))}>
            Back
          </button>
          <button type="button" disabled={!value?.cursor} onClick={() => setCursors([...cursors, value?.cursor ?? null])}>
            Next {pageRows}
          </button>
        </div>
      )}
    </div>
  )
}
