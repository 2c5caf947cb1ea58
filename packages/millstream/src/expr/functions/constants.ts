import type { CallShape } from '../function.ts'

/** The text of a literal argument, or undefined. */
export function constantText(shape: CallShape, position: number): string | undefined {
  const value = shape.constants[position]
  return typeof value === 'string' ? value : undefined
}
