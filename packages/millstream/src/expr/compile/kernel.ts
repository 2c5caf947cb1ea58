import type { Column } from '../../data/column.ts'
import type { Expression } from '../expression.ts'
import type { Env } from '../function.ts'
import { ExpressionWriter } from './expression-writer.ts'
import { outputOf } from './output.ts'
import type { Kernel, KernelShape } from './shape.ts'

/** One expression to one column. */
export function columnKernel(expression: Expression, shape: KernelShape, env: Env): Kernel<Column> {
  const writer = new ExpressionWriter(shape, env, columnKernel)
  const output = outputOf(expression.type, shape.wide, writer)
  const result = writer.fragment(expression)
  writer.line(output.store(result))
  return writer.finish(output)
}

/** The numbers of the rows for which the expression is TRUE, ascending. */
export function selectKernel(expression: Expression, shape: KernelShape, env: Env): Kernel<Int32Array> {
  const writer = new ExpressionWriter(shape, env, columnKernel)
  const condition = writer.condition(expression)
  // Without a branch: half of the rows pass or not, and no processor guesses which.
  writer.line(`out[kept] = i; kept += ${condition} ? 1 : 0;`)
  return writer.finish({ before: 'const out = new Int32Array(count); let kept = 0;', after: 'return out.subarray(0, kept);' })
}
