import { errors } from '../../base/errors.ts'
import { taggedText, taggedValue } from '../../base/json.ts'
import type { Planners } from '../../control/definitions/planners.ts'
import { bindDataset, datasetFromDefinition, datasetFromDruidSpec } from '../../druid/definition.ts'
import type { PhysicalPlan } from '../../model/plan.ts'
import type { ConnectorDescriptor } from '../../model/tables.ts'
import { contractFromCreateTable } from '../../sql/create-table.ts'
import { planScript } from '../../sql/plan.ts'
import { parseStatement } from '../../syntax/parse.ts'

/** SQL and the datasets' definitions, as control asks for them. */
export function plannersOf(connectors: readonly ConnectorDescriptor[]): Planners {
  return {
    stream(sql) {
      const statement = parseStatement(sql)
      if (statement.kind !== 'create-table') {
        throw errors.fail(
          'MS-7009',
          { reason: 'A stream is defined by a CREATE TABLE', advice: "CREATE TABLE name (...) WITH ('connector' = 'millstream')" },
          statement.at,
        )
      }
      const connector = statement.options.find((option) => option.key === 'connector')
      if (connector !== undefined && connector.value !== 'millstream') {
        throw errors.fail('MS-7000', { feature: `A stream on the connector '${connector.value}'` }, connector.valueAt)
      }
      const contract = contractFromCreateTable(statement, connectors)
      return { name: statement.name.parts.at(-1)?.name ?? '', contract }
    },
    pipeline(sql, catalogue) {
      const { plans } = planScript(sql, catalogue, { connectors })
      const bare = (names: readonly string[]): string[] =>
        names.map((name) => (name.startsWith(`${catalogue.tenant}.`) ? name.slice(catalogue.tenant.length + 1) : name))
      return {
        plans: plans.map(({ kind, plan, reads, writes, at }) => {
          if (kind === 'query') {
            throw errors.fail(
              'MS-7009',
              {
                reason: 'A pipeline writes somewhere, and this SELECT does not',
                advice: 'Put INSERT INTO ... before it, or ask it with `millstream sql`.',
              },
              at,
            )
          }
          return { plan, reads: bare(reads), writes: bare(writes) }
        }),
      }
    },
    dataset(definition, find) {
      const isSpec = typeof definition === 'object' && definition !== null && ('spec' in definition || 'dataSchema' in definition)
      const read = isSpec ? datasetFromDruidSpec(definition) : datasetFromDefinition(definition)
      const stream = find(read.from)
      const {
        uid: _uid,
        tenant: _tenant,
        ...descriptor
      } = bindDataset(read, { uid: '', tenant: stream.tenant, streamUid: stream.uid, contract: stream.contract })
      return { name: read.name, from: read.from, descriptor }
    },
    planText: (plan) => taggedText(plan),
    planFromText: (text) => taggedValue(text) as PhysicalPlan,
  }
}
