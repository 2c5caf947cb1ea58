import { errors } from '../base/errors.ts'
import { limits } from '../base/limits.ts'
import type { Answer, DatasetEngine, DatasetTable, Relation, RunOptions } from '../model/dataset-query.ts'
import type { DatasetFile } from './dataset-file.ts'
import type { Duck } from './duck.ts'
import { print } from './print.ts'
import { columnsOf } from './relation-columns.ts'

/** Answers relations over the files that are open. `duck` opens the store when it is not yet. */
export function datasetEngine(files: () => Iterable<DatasetFile>, duck: () => Promise<Duck>, nowMs: () => number): DatasetEngine {
  const fileOf = (table: DatasetTable): DatasetFile => {
    for (const file of files()) if (file.table.uid === table.uid) return file
    throw errors.fail('MS-6002', { name: table.name, near: [] })
  }
  const tables = (tenant: string): DatasetTable[] => [...files()].map((file) => file.table).filter((table) => table.tenant === tenant)
  return {
    get nowMs() {
      return nowMs()
    },
    tables,
    /** `name` of the caller's tenant, or `tenant.name`. */
    table: (tenant, name) => {
      const own = tables(tenant).find((table) => table.name === name)
      if (own !== undefined) return own
      const [other, rest] = name.split('.')
      return rest === undefined ? null : (tables(other as string).find((table) => table.name === rest) ?? null)
    },
    async run(relation: Relation, options: RunOptions): Promise<Answer> {
      const timeoutMs = Math.min(options.timeoutMs ?? limits.datasetQueryTimeoutMs, limits.datasetQueryTimeoutMs)
      const ask = async (): Promise<Answer> => {
        const { text, values } = print(relation, {
          chunks: (table, intervals) => fileOf(table).placement.chunks(table, intervals),
          dictionary: (table) => fileOf(table).placement.dictionary(table),
        })
        return (await duck()).query(text, values, columnsOf(relation), timeoutMs)
      }
      try {
        return await ask()
      } catch (error) {
        // A chunk was compacted or dropped between the words and the deed.
        if (error instanceof Error && /Table with name c_\d+ does not exist/.test(error.message)) return ask()
        throw error
      }
    },
  }
}
