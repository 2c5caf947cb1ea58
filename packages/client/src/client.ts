import { createProducer, type Producer, type ProducerOptions } from './producer.ts'
import type { HomeGraph, LiveUpdate } from './protocol/home.ts'
import type { DeadLetter, LedgerAnswer } from './protocol/ledger.ts'
import type { DatasetObject, JobObject, Page, PipelineObject, PlannedChange, StreamObject } from './protocol/objects.ts'
import type { CreatedToken, ProcessInfo, ProjectExport, ProjectPlan, ProjectRequest } from './protocol/projects.ts'
import type { SqlMessage, SqlRequest } from './protocol/sql.ts'
import { type Connection, lines, MillstreamProblem, request, serverSentEvents } from './request.ts'
import { type Events, type SendOptions, sendEvents } from './send.ts'
import { queryText, type TailOptions, tailEvents } from './tail.ts'

export type { Producer, ProducerAccount, ProducerOptions } from './producer.ts'
export type * from './protocol/events.ts'
export type * from './protocol/home.ts'
export type * from './protocol/ledger.ts'
export type * from './protocol/objects.ts'
export type * from './protocol/problems.ts'
export type * from './protocol/projects.ts'
export type * from './protocol/sql.ts'
export { MillstreamProblem } from './request.ts'
export type { Events, SendOptions } from './send.ts'
export type { TailedRow, TailOptions } from './tail.ts'

export interface ClientOptions {
  readonly server: string
  /** A token of `millstream token create`; not needed on loopback. */
  readonly token?: string
  readonly fetch?: typeof fetch
}

/** The objects that have a page and a definition, by their plural. */
export interface ObjectKinds {
  readonly streams: StreamObject
  readonly pipelines: PipelineObject
  readonly datasets: DatasetObject
}
export type ObjectKind = keyof ObjectKinds

export interface SqlAnswer {
  readonly dialect: 'flink' | 'druid'
  readonly columns: readonly { readonly name: string; readonly type: string }[]
  readonly rows: readonly (readonly unknown[])[]
}

export interface RedriveAnswer {
  readonly accepted: number
  readonly rejected: number
}

export type Client = ReturnType<typeof createClient>

/** A client of one server. Works in Node and browsers; needs nothing but `fetch`. */
export function createClient(options: ClientOptions) {
  const connection: Connection = {
    server: options.server.replace(/\/+$/, ''),
    token: options.token,
    fetch: options.fetch ?? ((input, init) => fetch(input, init)),
  }
  const json = async <T>(path: string, init?: RequestInit): Promise<T> => (await (await request(connection, path, init)).json()) as T
  const sendJson = <T>(method: string, path: string, body: unknown, headers: Record<string, string> = {}): Promise<T> =>
    json(path, { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } })
  const messages = async function* (path: string, ask: SqlRequest, signal?: AbortSignal): AsyncGenerator<SqlMessage> {
    const response = await request(connection, path, {
      method: 'POST',
      body: JSON.stringify(ask),
      headers: { 'content-type': 'application/json', accept: 'application/x-ndjson' },
      ...(signal === undefined ? {} : { signal }),
    })
    for await (const line of lines(response)) if (line !== '') yield JSON.parse(line) as SqlMessage
  }
  const stream = (name: string): string => `/v1/streams/${encodeURIComponent(name)}`

  return {
    /** What flows where. */
    home: () => json<HomeGraph>('/v1/home'),

    /** What moves, each second; the first has everything. Ends when the connection does. */
    async *live(signal?: AbortSignal): AsyncGenerator<LiveUpdate> {
      const response = await request(connection, '/v1/live', {
        headers: { accept: 'text/event-stream' },
        ...(signal === undefined ? {} : { signal }),
      })
      for await (const event of serverSentEvents(response)) if (event.event === 'live') yield JSON.parse(event.data) as LiveUpdate
    },

    list: <K extends ObjectKind>(kind: K, query: { readonly search?: string; readonly limit?: number; readonly cursor?: string } = {}) =>
      json<Page<ObjectKinds[K]>>(`/v1/${kind}${queryText({ ...query })}`),
    get: <K extends ObjectKind>(kind: K, name: string) => json<ObjectKinds[K]>(`/v1/${kind}/${encodeURIComponent(name)}`),
    /** Creates or replaces. With `etag` only when nobody changed it since. */
    put: <K extends ObjectKind>(kind: K, name: string, definition: unknown, condition: { readonly etag?: string } = {}) =>
      sendJson<ObjectKinds[K]>(
        'PUT',
        `/v1/${kind}/${encodeURIComponent(name)}`,
        definition,
        condition.etag === undefined ? {} : { 'if-match': condition.etag },
      ),
    /** What `put` would do. */
    plan: (kind: ObjectKind, name: string, definition: unknown) =>
      sendJson<PlannedChange>('PUT', `/v1/${kind}/${encodeURIComponent(name)}?dryRun=true`, definition),
    /** `deleteData` is needed for what holds data. */
    async remove(kind: ObjectKind, name: string, how: { readonly deleteData?: boolean; readonly etag?: string } = {}): Promise<void> {
      const headers: Record<string, string> = how.etag === undefined ? {} : { 'if-match': how.etag }
      await request(connection, `/v1/${kind}/${encodeURIComponent(name)}${queryText({ deleteData: how.deleteData })}`, {
        method: 'DELETE',
        headers,
      })
    },
    jobs: () => json<Page<JobObject>>('/v1/jobs'),
    processes: () => json<readonly ProcessInfo[]>('/v1/processes'),
    /** An exercise: ends one of the server's processes as a crash would. */
    killProcess: (processId: number) => sendJson<unknown>('POST', `/v1/processes/${processId}/kill`, {}),
    /** What `applyProject` would do. */
    planProject: (project: ProjectRequest) => sendJson<ProjectPlan>('POST', '/v1/plan', project),
    applyProject: (project: ProjectRequest) => sendJson<ProjectPlan>('POST', '/v1/apply', project),
    exportProject: (project?: string) => json<ProjectExport>(`/v1/export${queryText({ project })}`),
    createToken: (name: string) => sendJson<CreatedToken>('POST', '/v1/tokens', { name }),

    /** One body of events: bytes or text as they are, or rows. */
    send: (name: string, events: Events, how: SendOptions = {}) => sendEvents(connection, name, events, how),
    /** Takes rows without ever holding its caller up, and sends them in batches until each is answered. */
    producer: (name: string, how: ProducerOptions = {}): Producer => createProducer(connection, name, how),
    /** Rows of a stream as they are committed. */
    tail: (name: string, tail: TailOptions = {}) => tailEvents(connection, name, tail),

    /** A SELECT that ends, message by message. */
    sql: (ask: SqlRequest, how: { readonly signal?: AbortSignal } = {}) => messages('/v1/sql', ask, how.signal),
    /** A SELECT that ends, whole. */
    async sqlAll(ask: SqlRequest, how: { readonly signal?: AbortSignal } = {}): Promise<SqlAnswer> {
      let dialect: SqlAnswer['dialect'] = 'flink'
      let columns: SqlAnswer['columns'] = []
      const rows: (readonly unknown[])[] = []
      for await (const message of messages('/v1/sql', ask, how.signal)) {
        if (message.type === 'schema') {
          dialect = message.dialect
          columns = message.columns
        } else if (message.type === 'rows') for (const row of message.rows) rows.push(row)
        else if (message.type === 'problem') throw new MillstreamProblem(message.problem)
      }
      return { dialect, columns, rows }
    },
    /** Live rows of a SELECT or a whole pipeline; nothing is deployed. */
    preview: (ask: SqlRequest, how: { readonly signal?: AbortSignal } = {}) => messages('/v1/preview', ask, how.signal),
    /** A native Druid query. */
    druid: <T = unknown>(query: unknown) => sendJson<T>('POST', '/druid/v2', query),

    ledger: (name: string, range: { readonly from?: string; readonly to?: string } = {}) =>
      json<LedgerAnswer>(`${stream(name)}/ledger${queryText({ ...range })}`),
    deadLetters: (name: string, query: { readonly stage?: string; readonly limit?: number; readonly cursor?: string } = {}) =>
      json<Page<DeadLetter>>(`${stream(name)}/dead-letters${queryText({ ...query })}`),
    /** Sends dead letters again under the present contract, once each. */
    redrive: (name: string, which: { readonly ids?: readonly string[]; readonly where?: string } = {}) =>
      sendJson<RedriveAnswer>('POST', `${stream(name)}/redrive`, which),
  }
}
