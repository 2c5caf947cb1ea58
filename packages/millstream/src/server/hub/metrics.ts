import { limits } from '../../base/limits.ts'
import type { IngestCounts } from './ingest-counts.ts'
import type { HubState } from './state.ts'
import { jobSummary } from './views.ts'

type Labels = Readonly<Record<string, string>>

/** Prometheus' text. Labels are bounded: beyond so many streams the rest are one, `other`. */
export function metricsText(hub: HubState, counts: IngestCounts): string {
  const out: string[] = []
  const family = (name: string, type: 'counter' | 'gauge', help: string, samples: readonly (readonly [Labels, number])[]): void => {
    out.push(`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`)
    for (const [labels, value] of samples) out.push(`${name}${labelText(labels)} ${value}`)
  }
  const streams = [...counts.byStream].map(([uid, count], at) => {
    const stream = hub.told.byUid(uid)
    const labels =
      at >= limits.metricStreamsMax ? { tenant: 'other', stream: 'other' } : { tenant: stream?.tenant ?? '', stream: stream?.name ?? uid }
    return [labels, count] as const
  })
  const sum = (read: (count: (typeof streams)[number][1]) => number): (readonly [Labels, number])[] => {
    const sums = new Map<string, [Labels, number]>()
    for (const [labels, count] of streams) {
      const key = labelText(labels)
      sums.set(key, [labels, (sums.get(key)?.[1] ?? 0) + read(count)])
    }
    return [...sums.values()]
  }
  family(
    'millstream_ingest_requests_total',
    'counter',
    'Ingest requests answered',
    sum((count) => count.requests),
  )
  family(
    'millstream_ingest_accepted_total',
    'counter',
    'Events accepted',
    sum((count) => count.accepted),
  )
  family(
    'millstream_ingest_rejected_total',
    'counter',
    'Events rejected into dead letters',
    sum((count) => count.rejected),
  )
  family(
    'millstream_ingest_bytes_total',
    'counter',
    'Bytes of bodies, unpacked',
    sum((count) => count.bytes),
  )
  family(
    'millstream_ingest_seconds_total',
    'counter',
    'Time from request to answer',
    sum((count) => count.seconds),
  )
  const jobs = hub.jobs.all().slice(0, limits.metricStreamsMax)
  const ofJobs = (read: (summary: ReturnType<typeof jobSummary>) => number): (readonly [Labels, number])[] =>
    jobs.map((job) => [{ tenant: job.tenant, job: job.name }, read(jobSummary(hub, job))])
  family(
    'millstream_job_running',
    'gauge',
    '1 while the job runs',
    ofJobs((one) => (one.state === 'running' ? 1 : 0)),
  )
  family(
    'millstream_job_lag_rows',
    'gauge',
    'Rows committed and not yet read',
    ofJobs((one) => one.lagRows),
  )
  family(
    'millstream_job_lag_seconds',
    'gauge',
    'Age of the oldest row not yet read',
    ofJobs((one) => one.lagMs / 1000),
  )
  family(
    'millstream_job_checkpoints_total',
    'counter',
    'Checkpoints committed',
    ofJobs((one) => one.checkpointEpoch ?? 0),
  )
  const datasets = [...hub.datasets.values()].slice(0, limits.metricStreamsMax)
  const ofDatasets = (read: (one: (typeof datasets)[number]) => number): (readonly [Labels, number])[] =>
    datasets.map((one) => [{ tenant: one.tenant, dataset: one.name }, read(one)])
  family(
    'millstream_dataset_rows',
    'gauge',
    'Rows kept',
    ofDatasets((one) => one.rows),
  )
  family(
    'millstream_dataset_events_total',
    'counter',
    'Events taken in',
    ofDatasets((one) => one.events),
  )
  family(
    'millstream_dataset_lag_rows',
    'gauge',
    'Rows committed and not yet taken in',
    ofDatasets((one) => one.lagRows),
  )
  const processes = hub.supervisor.processes()
  family('millstream_process_restarts_total', 'counter', 'Restarts', restartsByRole(processes))
  const memory = process.memoryUsage()
  family('millstream_hub_resident_bytes', 'gauge', 'Resident memory of the hub', [[{}, memory.rss]])
  const uptime = (hub.ports.clock.nowMs() - hub.startedAtMs) / 1000
  family('millstream_hub_uptime_seconds', 'gauge', 'Since this hub started', [[{}, Math.round(uptime)]])
  return `${out.join('\n')}\n`
}

function restartsByRole(processes: readonly { readonly role: string; readonly restarts: number }[]): (readonly [Labels, number])[] {
  const sums = new Map<string, number>()
  for (const { role, restarts } of processes) sums.set(role, (sums.get(role) ?? 0) + restarts)
  return [...sums].map(([role, count]) => [{ role }, count])
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(
    ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
  )
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`
}
