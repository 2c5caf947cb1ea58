import type { Operator } from '../operator.ts'

/** Passes every input's rows on; the host combines their watermarks. */
export function union(): Operator {
  return {
    onBatch(_port, batch, emit) {
      emit(batch)
    },
  }
}
