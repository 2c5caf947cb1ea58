import { limits } from '../../base/limits.ts'
import type { Column } from '../../data/column.ts'
import type { Expression } from '../expression.ts'
import { LiftFailed } from './lift.ts'
import { type InputShape, inputsOf, type Kernel, type KernelShape } from './shape.ts'

/**
 * An expression with the kernels made for it so far, one for each combination of layouts that batches came with.
 * Batches of one stream mostly look alike, so there are one or two.
 */
export class Compiled<T> {
  readonly #inputs: readonly number[]
  readonly #make: (shape: KernelShape) => Kernel<T>
  readonly #kernels = new Map<string, Kernel<T>>()

  constructor(expression: Expression, make: (shape: KernelShape) => Kernel<T>) {
    this.#inputs = [...inputsOf(expression).keys()].sort((a, b) => a - b)
    this.#make = make
  }

  run(columns: readonly Column[], rows: Int32Array | null, count: number): T {
    try {
      return this.#run(columns, rows, count, true)
    } catch (failure) {
      if (!(failure instanceof LiftFailed)) throw failure
      return this.#run(columns, rows, count, false)
    }
  }

  #run(columns: readonly Column[], rows: Int32Array | null, count: number, lift: boolean): T {
    const inputs = new Map<number, InputShape>()
    let key = rows === null ? 'all' : 'some'
    let wide = false
    for (const index of this.#inputs) {
      const column = columns[index] as Column
      const lifted = lift && column.layout === 'dictionary' && column.dictionary.length <= Math.max(limits.liftedEntriesMin, 2 * count)
      const hasNulls = column.validity !== null
      key += `,${column.layout}${hasNulls ? 'n' : ''}${lifted ? 'd' : ''}`
      wide ||= column.layout === 'wide'
      inputs.set(index, { layout: column.layout, hasNulls, lifted })
    }
    const selected = rows !== null
    const result = wide ? null : this.#kernel(`${key},safe`, { inputs, wide: false, selected })(columns, rows, count)
    return result ?? (this.#kernel(`${key},wide`, { inputs, wide: true, selected })(columns, rows, count) as T)
  }

  #kernel(key: string, shape: KernelShape): Kernel<T> {
    let kernel = this.#kernels.get(key)
    if (kernel === undefined) {
      if (this.#kernels.size >= limits.kernelsMax) this.#kernels.clear()
      kernel = this.#make(shape)
      this.#kernels.set(key, kernel)
    }
    return kernel
  }
}
