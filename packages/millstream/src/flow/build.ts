import { unreachable } from '../base/assert.ts'
import type { Batch } from '../data/batch.ts'
import { Schema } from '../data/schema.ts'
import type { PhysicalPlan, PlanNode } from '../model/plan.ts'
import { type Evaluation, predicateOf, projectionOf } from './evaluate.ts'
import type { Operator } from './operator.ts'
import { calc } from './operators/calc.ts'
import { groupAggregate } from './operators/group-aggregate.ts'
import { limit } from './operators/limit.ts'
import { normalize } from './operators/normalize.ts'
import { sortLimit } from './operators/sort-limit.ts'
import { union } from './operators/union.ts'
import { watermark } from './operators/watermark.ts'
import { window } from './operators/window.ts'
import { windowAggregate } from './operators/window-aggregate.ts'

export type { ExpressionMode } from './evaluate.ts'

/** The operator of a plan node. `inputs` are the nodes that it reads, by port; rows that reach a sink go to `sink`. */
export function operatorOf(
  node: PlanNode,
  plan: PhysicalPlan,
  inputs: readonly PlanNode[],
  evaluation: Evaluation,
  sink: (batch: Batch) => void,
): Operator {
  const input = new Schema(inputs[0]?.fields ?? node.fields)
  const output = new Schema(node.fields)
  const retracting = inputs.some((each) => each.changes !== 'insert')
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'union':
      return union()
    case 'calc':
      return calc(
        node.condition === null ? null : predicateOf(node.condition, evaluation),
        node.projections === null ? null : projectionOf(node.projections, output, evaluation),
      )
    case 'watermark': {
      const rowtime = node.rowtime ?? -1
      const field = node.fields[rowtime]
      const marks = projectionOf([node.expression], new Schema([{ name: 'watermark', type: node.expression.type }]), evaluation)
      return watermark(
        rowtime,
        field?.name ?? '',
        (batch, nowMs) => marks(batch, nowMs).columns[0] as Batch['columns'][number],
        node.idleTimeoutMs,
      )
    }
    case 'window':
      return window(node.window, input, output)
    case 'window-aggregate':
      return windowAggregate(node, input, output, retracting)
    case 'group-aggregate':
      return groupAggregate(node, input, output, { mode: plan.mode, retracting })
    case 'sort-limit':
      return plan.mode === 'streaming' ? limit(node) : sortLimit(node, input)
    case 'normalize':
      return normalize(node, input, plan.mode)
    case 'sink':
      return { onBatch: (_port, batch) => sink(batch) }
    default:
      return unreachable(node)
  }
}
