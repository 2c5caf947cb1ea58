import { taggedValue } from '../../base/json.ts'
import { runJob } from '../../engine/job.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import { joinHub, superviseThis } from '../child.ts'
import { connectorsOf } from '../connectors.ts'
import { printTo } from '../log.ts'

/** One job. It ends with the job, with the hub, or when the hub refuses its checkpoint: another attempt runs then. */
const stop = new AbortController()
let ended: Promise<void> = Promise.resolve()

const log = superviseThis('job', async () => {
  stop.abort()
  await ended
})
const { options, ports, hub, told, welcome } = await joinHub('job', log, () => {})
const assigned = welcome.job
if (assigned === undefined) {
  log.info('nothing to run')
  process.exit(0)
}
const assignment = { ...assigned, plan: taggedValue(assigned.plan) as PhysicalPlan }
const access = { ports, dataFolder: '', ends: told, streams: told }
log.info('starts', {
  job: assignment.name,
  revision: assignment.revision,
  attempt: assignment.attempt,
  restored: assignment.restore !== null,
})

const run = runJob(
  assignment,
  {
    ports,
    dataFolder: '',
    connectors: connectorsOf(access, options, (line) => printTo(1, line)),
    mode: 'compiled',
    checkpoint: async (record) => (await hub.request<{ committed: boolean }>('hub.checkpoint', record)).committed,
    status: (status) => hub.notify('hub.jobStatus', status),
  },
  stop.signal,
)
ended = run.then(
  () => {},
  () => {},
)
try {
  const end = await run
  log.info('ends', { job: assignment.name, end })
  if (end === 'finished') await hub.request('hub.jobFinished', { job: assignment.uid, attempt: assignment.attempt })
  process.exit(0)
} catch (error) {
  log.error('the job failed', error, { job: assignment.name })
  // The status that says why goes first.
  await hub.request('hub.flush', {}).catch(() => {})
  process.exit(1)
}
