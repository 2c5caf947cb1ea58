import type { JobObject, Page } from '@millstream/client'
import { type Call, type Command, exit, outputOption, serverOptions } from '../command.ts'
import { kindOf, type ListedKind } from '../kinds.ts'
import { listText, type TableColumn } from '../output.ts'

const watchEveryMs = 2000
const pageRows = 1000

export const command: Command = {
  name: 'get',
  arguments: 'KIND [NAME]',
  counts: [1, 2],
  summary: 'List streams, pipelines, jobs, datasets or processes',
  details: `
Kinds: streams (stream, st), pipelines (pipeline, pl), jobs (job), datasets (dataset, ds), processes (process, ps).

  millstream get streams
  millstream get jobs -w
  millstream get datasets -o json
`,
  options: { ...outputOption, watch: { type: 'boolean', short: 'w', doc: 'Again every two seconds, until Ctrl-C' }, ...serverOptions },
  async run(call) {
    const kind = kindOf(call.args[0] ?? '')
    for (;;) {
      const items = (await itemsOf(call, kind)).filter((item) => call.args[1] === undefined || item.name === call.args[1])
      if (call.flag('watch') && call.terminal) call.print('\x1b[2J\x1b[H')
      if (items.length === 0 && call.format === 'table')
        call.note(`There are no ${kind}${call.args[1] === undefined ? ' yet' : ` called '${call.args[1]}'`}.`)
      else call.print(listText(items, columns[kind], call.format))
      if (!call.flag('watch')) return items.length === 0 && call.args[1] !== undefined ? exit.failed : exit.done
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, watchEveryMs)
        call.stopped.addEventListener('abort', () => {
          clearTimeout(timer)
          resolve()
        })
      })
      if (call.stopped.aborted) return exit.done
    }
  },
}

type Item = { readonly name: string } & Readonly<Record<string, unknown>>

async function itemsOf(call: Call, kind: ListedKind): Promise<readonly Item[]> {
  const client = call.client()
  if (kind === 'processes') return (await client.processes()).map((process) => ({ name: process.role, ...process }))
  if (kind === 'jobs') return ((await client.jobs()) as Page<JobObject>).items as unknown as readonly Item[]
  const items: Item[] = []
  for (let cursor: string | null = ''; cursor !== null; ) {
    const page: Page<unknown> = await client.list(kind, { limit: pageRows, ...(cursor === '' ? {} : { cursor }) })
    items.push(...(page.items as readonly Item[]))
    cursor = page.cursor
  }
  return items
}

const at = (item: Item, ...path: readonly string[]): unknown =>
  path.reduce<unknown>((value, key) => (value as Record<string, unknown> | null | undefined)?.[key], item)
const column = (title: string, ...path: readonly string[]): TableColumn<Item> => ({ title, value: (item) => at(item, ...path) })
const figure = (title: string, ...path: readonly string[]): TableColumn<Item> => ({
  title,
  right: true,
  value: (item) => at(item, ...path),
})
const joined = (title: string, key: string): TableColumn<Item> => ({
  title,
  value: (item) => ((item[key] as readonly string[] | undefined) ?? []).join(', '),
})
const time = (title: string, ...path: readonly string[]): TableColumn<Item> => ({
  title,
  value: (item) => {
    const value = at(item, ...path)
    return typeof value === 'number' ? new Date(value).toISOString() : ''
  },
})

const columns: Readonly<Record<ListedKind, readonly TableColumn<Item>[]>> = {
  streams: [
    column('name', 'name'),
    figure('accepted', 'ledger', 'accepted'),
    figure('rejected', 'ledger', 'rejected'),
    figure('late', 'ledger', 'late'),
    { title: 'account', value: (item) => (at(item, 'ledger', 'balanced') === true ? 'balances' : 'differs') },
    {
      title: 'rows',
      right: true,
      value: (item) => (item.partitions as readonly { readonly end: number }[]).reduce((sum, { end }) => sum + end, 0),
    },
    { title: 'partitions', right: true, value: (item) => (item.partitions as readonly unknown[]).length },
    figure('version', 'contractVersion'),
    column('project', 'project'),
  ],
  pipelines: [
    column('name', 'name'),
    { title: 'state', value: (item) => [...new Set((item.jobs as readonly JobObject[]).map((job) => job.summary.state))].join(', ') },
    joined('reads', 'reads'),
    joined('writes', 'writes'),
    figure('revision', 'revision'),
    column('project', 'project'),
  ],
  jobs: [
    column('name', 'name'),
    column('pipeline', 'pipeline'),
    column('state', 'summary', 'state'),
    figure('lag rows', 'summary', 'lagRows'),
    figure('lag ms', 'summary', 'lagMs'),
    time('watermark', 'summary', 'watermarkMs'),
    column('held by', 'summary', 'heldBy'),
    figure('checkpoint', 'summary', 'checkpointEpoch'),
    figure('attempt', 'attempt'),
  ],
  datasets: [
    column('name', 'name'),
    column('from', 'from'),
    figure('events', 'summary', 'events'),
    figure('rows', 'summary', 'rows'),
    figure('bytes', 'summary', 'bytes'),
    figure('lag rows', 'summary', 'lagRows'),
    figure('late', 'summary', 'late'),
    joined('dimensions', 'dimensions'),
  ],
  processes: [
    column('role', 'role'),
    column('job', 'job'),
    { title: 'pid', right: true, value: (item) => String(at(item, 'processId') ?? '') },
    column('state', 'state'),
    figure('restarts', 'restarts'),
    column('reason', 'reason'),
    time('started', 'startedAtMs'),
  ],
}
