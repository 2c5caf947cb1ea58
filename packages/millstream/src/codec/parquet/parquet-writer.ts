import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { limits } from '../../base/limits.ts'
import { Batch } from '../../data/batch.ts'
import type { Schema } from '../../data/schema.ts'
import { parquetSchema } from './parquet-schema.ts'
import { parquetValues } from './parquet-values.ts'

/** One Parquet file: bytes come out a row group at a time, and the footer at `end`. */
export interface ParquetEncoder {
  /** What is to be appended to the file now; often nothing, since rows wait for their group. */
  add(batch: Batch): Uint8Array
  end(): Uint8Array
}

export function parquetEncoder(schema: Schema): ParquetEncoder {
  const writer = new ByteWriter()
  const file = new ParquetWriter({ writer, schema: parquetSchema(schema.fields), createdBy: 'millstream' })
  let waiting: Batch[] = []
  let waitingRows = 0

  const writeGroup = (): void => {
    const batch = Batch.concat(schema, waiting)
    waiting = []
    waitingRows = 0
    const columnData = schema.fields.map((field, i) => ({
      name: field.name,
      data: parquetValues(batch.columns[i] as Batch['columns'][number]),
    }))
    file.write({ columnData, rowGroupSize: batch.rowCount })
  }
  /** The writer counts offsets over the whole file, and gives its bytes as they come. */
  const take = (): Uint8Array => {
    const bytes = writer.getBytes().slice()
    writer.index = 0
    return bytes
  }

  return {
    add(batch) {
      if (batch.rowCount === 0) return take()
      // a batch belongs to its emitter: what waits is a copy
      waiting.push(batch.take(Int32Array.from({ length: batch.rowCount }, (_, row) => row)))
      waitingRows += batch.rowCount
      if (waitingRows >= limits.parquetGroupRows) writeGroup()
      return take()
    },
    end() {
      if (waitingRows > 0) writeGroup()
      file.finish()
      return take()
    },
  }
}
