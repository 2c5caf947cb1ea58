import type { Ports } from '../../base/ports.ts'
import { Batch } from '../../data/batch.ts'
import { columnOf } from '../../data/builder.ts'
import type { Value } from '../../data/value.ts'
import type { Connector, Source, SourceRequest, SplitReader } from '../../flow/connector.ts'
import { TableOptions } from '../table-options.ts'
import { type Generator, generatorOf } from './generators.ts'
import { datagenOptions } from './options.ts'

/** Rows made up by column, for trying things out and for measuring. */
export function datagenConnector(ports: Pick<Ports, 'clock' | 'scheduler' | 'random'>): Connector {
  return {
    descriptor: {
      name: 'datagen',
      source: true,
      sink: false,
      metadata: {},
      options: datagenOptions.names,
      requiredOptions: [],
    },
    source: (request) => datagenSource(ports, request),
  }
}

function datagenSource(ports: Pick<Ports, 'clock' | 'scheduler' | 'random'>, request: SourceRequest): Source {
  const options = new TableOptions(request.table)
  const perSecond = options.number('rows-per-second') ?? 10_000
  const generators = request.schema.fields.map((field) => generatorOf(field, options, ports))
  const rowsMax = Math.min(
    options.number('number-of-rows') ?? Number.POSITIVE_INFINITY,
    ...generators.map((generator) => generator.rowsMax ?? Number.POSITIVE_INFINITY),
  )
  return {
    bounded: rowsMax !== Number.POSITIVE_INFINITY,
    splits: async () => ['0'],
    open: async (_split, position) => new GeneratedSplit(ports, request, generators, { perSecond, rowsMax, from: Number(position ?? 0) }),
    async close() {},
  }
}

class GeneratedSplit implements SplitReader {
  readonly #ports: Pick<Ports, 'clock' | 'scheduler'>
  readonly #request: SourceRequest
  readonly #generators: readonly Generator[]
  readonly #perSecond: number
  readonly #rowsMax: number
  readonly #startMs: number
  readonly #startRow: number
  #row: number

  constructor(
    ports: Pick<Ports, 'clock' | 'scheduler'>,
    request: SourceRequest,
    generators: readonly Generator[],
    pace: { readonly perSecond: number; readonly rowsMax: number; readonly from: number },
  ) {
    this.#ports = ports
    this.#request = request
    this.#generators = generators
    this.#perSecond = pace.perSecond
    this.#rowsMax = pace.rowsMax
    this.#startMs = ports.clock.monotonicMs()
    this.#startRow = pace.from
    this.#row = pace.from
  }

  async read(rowsMax: number): Promise<Batch | 'wait' | 'end'> {
    if (this.#row >= this.#rowsMax) return 'end'
    const due = this.#startRow + Math.floor(((this.#ports.clock.monotonicMs() - this.#startMs) / 1000) * this.#perSecond)
    const count = Math.min(rowsMax, due - this.#row, this.#rowsMax - this.#row)
    if (count <= 0) return 'wait'
    const from = this.#row
    this.#row += count
    const nowMs = this.#ports.clock.nowMs()
    const { schema } = this.#request
    const columns = this.#generators.map((generator, position) => {
      const values = Array.from({ length: count }, (_, i): Value => generator.value(from + i, nowMs))
      return columnOf((schema.fields[position] as { type: Parameters<typeof columnOf>[0] }).type, values)
    })
    return new Batch(schema, count, columns)
  }

  ready(): Promise<void> {
    return this.#ports.scheduler.sleep(Math.max(1, Math.min(100, 1000 / this.#perSecond)))
  }

  position(): unknown {
    return this.#row
  }

  async close(): Promise<void> {}
}
