import type { SqlRequest } from '@millstream/client'
import { errors } from '../../base/errors.ts'
import { taggedText } from '../../base/json.ts'
import { limits } from '../../base/limits.ts'
import type { Principal } from '../../control/allow.ts'
import type { StreamSpec } from '../../control/records.ts'
import { datasetNames, sqlCatalogue } from '../../control/sql-catalogue.ts'
import { fromOf } from '../../gateway/query.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { ConnectorDescriptor } from '../../model/tables.ts'
import { planExplained, planQuery, planScript } from '../../sql/plan.ts'
import { answerWithin } from './answer-within.ts'
import type { Asks } from './asks.ts'
import { refuseMasked } from './masked.ts'
import type { HubState } from './state.ts'
import { tablesOf } from './tables-of.ts'

interface DruidAnswer {
  readonly status: number
  readonly body: string
}

/** SELECTs that end, over streams (Flink SQL, in the preview worker) or datasets (Druid SQL, in olap), and previews. */
export class Queries {
  readonly #hub: HubState
  readonly #asks: Asks
  readonly #connectors: readonly ConnectorDescriptor[]

  constructor(hub: HubState, asks: Asks, connectors: readonly ConnectorDescriptor[]) {
    this.#hub = hub
    this.#asks = asks
    this.#connectors = connectors
  }

  sql(principal: Principal, request: SqlRequest, signal: AbortSignal): AsyncIterable<string> {
    const dialect = request.dialect ?? this.#dialectOf(principal, request.sql)
    return dialect === 'druid' ? this.#druid(principal, request) : this.#flink(principal, request, signal)
  }

  async *preview(principal: Principal, request: SqlRequest, signal: AbortSignal): AsyncGenerator<string> {
    const { plans } = planScript(request.sql, sqlCatalogue(this.#hub.catalogue, principal.tenant), {
      mode: 'streaming',
      connectors: this.#connectors,
    })
    const first = plans[0]
    if (first === undefined)
      throw errors.fail('MS-7009', { reason: 'There is nothing to preview', advice: 'Write a SELECT, or INSERT INTO ... SELECT ...' })
    if (plans.length > 1) throw errors.fail('MS-7000', { feature: 'A preview of several INSERTs at once' }, plans[1]?.at)
    const durationMs = Math.min(limits.previewWithinMs, (request.seconds ?? limits.previewWithinMs / 1000) * 1000)
    yield* this.#run('preview', first.plan, request, durationMs, limits.previewRowsMax, signal)
  }

  async *#flink(principal: Principal, request: SqlRequest, signal: AbortSignal): AsyncGenerator<string> {
    const catalogue = sqlCatalogue(this.#hub.catalogue, principal.tenant)
    const explained = planExplained(request.sql, catalogue, { connectors: this.#connectors })
    if (explained !== null) {
      yield* this.#lines(explained.split('\n'))
      return
    }
    const durationMs = Math.min(limits.selectWithinMs, (request.seconds ?? limits.selectWithinMs / 1000) * 1000)
    const { plan } = planQuery(request.sql, catalogue, 'batch', { connectors: this.#connectors })
    yield* this.#run('select', plan, request, durationMs, limits.selectRowsMax, signal)
  }

  /** A text as an answer: a row a line. */
  *#lines(lines: readonly string[]): Generator<string> {
    yield JSON.stringify({ type: 'schema', dialect: 'flink', columns: [{ name: 'plan', type: 'STRING' }] })
    yield JSON.stringify({ type: 'rows', rows: lines.map((line) => [line]) })
    yield JSON.stringify({ type: 'end', rows: lines.length, durationMs: 0 })
  }

  #run(mode: 'select' | 'preview', plan: PhysicalPlan, request: SqlRequest, durationMs: number, rowsMax: number, signal: AbortSignal) {
    refuseMasked(
      plan,
      (tenant, stream) => this.#hub.catalogue.find<StreamSpec>(tenant, 'stream', stream)?.record.spec.contract.options ?? {},
    )
    const nowMs = this.#hub.ports.clock.nowMs()
    const from = fromOf(new URLSearchParams({ from: request.from ?? '' }), 'from', nowMs)
    const fromMs = from === null ? nowMs - limits.selectBackMs : from.kind === 'time' ? from.ms : from.kind === 'earliest' ? null : nowMs
    const start = { plan: taggedText(plan), mode, fromMs, rowsMax: Math.min(rowsMax, request.limit ?? rowsMax), durationMs }
    return this.#asks.run(start, signal, () => this.#hub.ports.clock.monotonicMs())
  }

  async *#druid(principal: Principal, request: SqlRequest): AsyncGenerator<string> {
    const beganMs = this.#hub.ports.clock.monotonicMs()
    const answer = await this.askOlap<DruidAnswer>('olap.sql', {
      tenant: principal.tenant,
      request: {
        query: request.sql,
        resultFormat: 'arrayLines',
        header: true,
        typesHeader: false,
        sqlTypesHeader: true,
        parameters: request.parameters ?? [],
        context: {},
      },
    })
    if (answer.status !== 200) throw druidProblem(answer)
    const [names = '[]', types = '[]', ...rows] = answer.body.split('\n').filter((line) => line !== '')
    const typeNames = JSON.parse(types) as string[]
    const columns = (JSON.parse(names) as string[]).map((name, at) => ({ name, type: typeNames[at] ?? 'VARCHAR' }))
    yield JSON.stringify({ type: 'schema', dialect: 'druid', columns })
    for (let from = 0; from < rows.length; from += limits.messageRowsMax) {
      yield `{"type":"rows","rows":[${rows.slice(from, from + limits.messageRowsMax).join(',')}]}`
    }
    yield JSON.stringify({ type: 'end', rows: rows.length, durationMs: Math.round(this.#hub.ports.clock.monotonicMs() - beganMs) })
  }

  async askOlap<T>(method: string, params: unknown, withinMs: number = limits.datasetQueryTimeoutMs + limits.partAnswerMs): Promise<T> {
    const olap = await this.#hub.children.soon('olap')
    if (olap === null) throw errors.fail('MS-7017', { part: 'olap' })
    return answerWithin('olap', withinMs, olap.request<T>(method, params))
  }

  /** By the tables in FROM; a query that is no query of either dialect gets Flink's error. */
  #dialectOf({ tenant }: Principal, sql: string): 'flink' | 'druid' {
    const known = new Set(datasetNames(this.#hub.catalogue, tenant))
    for (const dialect of ['flink', 'druid'] as const) {
      const tables = tablesOf(sql, dialect)
      if (tables === null) continue
      const bare = (name: string): string => name.replace(/^(druid|default|millstream)\./, '')
      const datasets = tables.filter((name) => known.has(bare(name)) || name.toUpperCase().startsWith('INFORMATION_SCHEMA.'))
      const others = tables.filter((name) => !datasets.includes(name))
      if (datasets.length > 0 && others.length > 0) throw errors.fail('MS-7018', { streams: others, datasets })
      return datasets.length > 0 ? 'druid' : 'flink'
    }
    return 'flink'
  }
}

/** Druid's error body as one of ours: its code travels in the context. */
function druidProblem({ status, body }: DruidAnswer): Error {
  const { errorMessage, context } = JSON.parse(body) as { errorMessage?: string; context?: Record<string, string> }
  const reason = (errorMessage ?? body).replace(/ \(line \[\d+\], column \[\d+\]\)$/, '')
  const line = Number(context?.['line'])
  const column = Number(context?.['column'])
  const place = Number.isInteger(line) ? { line, column } : undefined
  if (status >= 500) return errors.fail('MS-7001', { reason }, place)
  return errors.fail('MS-7009', { reason, advice: context?.['advice'] ?? 'See the Druid SQL documentation.' }, place)
}
