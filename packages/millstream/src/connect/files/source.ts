import { must } from '../../base/assert.ts'
import { errors } from '../../base/errors.ts'
import { limits } from '../../base/limits.ts'
import type { StorageFile } from '../../base/ports.ts'
import { Batch } from '../../data/batch.ts'
import { constantColumn } from '../../data/builder.ts'
import type { Column } from '../../data/column.ts'
import { Schema } from '../../data/schema.ts'
import type { RowField } from '../../data/types.ts'
import type { Source, SourceRequest, SplitReader } from '../../flow/connector.ts'
import { TableOptions } from '../table-options.ts'
import { allowedPath, type FileAccess } from './allowed-paths.ts'
import { type ReadFormat, type RecordReader, readFormatOf } from './formats.ts'

/** A file, or a folder's files (those whose names start with . or _ left out), a split a file. */
export function fileSource(access: FileAccess, request: SourceRequest): Source {
  const options = new TableOptions(request.table)
  const path = options.required('path')
  const format = readFormatOf(options)
  const watched = options.text('source.monitor-interval') !== null && !request.bounded
  return {
    bounded: !watched,
    async splits() {
      const root = await allowedPath(access, path)
      const found = await filesBelow(access, root)
      if (found === null) throw errors.fail('MS-5010', { path })
      return found
    },
    async open(split, position) {
      // A link may have been put there since the folder was listed.
      const real = await allowedPath(access, split)
      return new FileSplit(await access.storage.open(real, 'read'), real, request, format, position as FilePosition | null)
    },
    async close() {},
  }
}

async function filesBelow(access: FileAccess, path: string): Promise<string[] | null> {
  const stat = await access.storage.stat(path)
  if (stat === null) return null
  if (!stat.isFolder) return [path]
  const files: string[] = []
  for (const name of await access.storage.list(path)) {
    if (name.startsWith('.') || name.startsWith('_')) continue
    files.push(...((await filesBelow(access, `${path}/${name}`)) ?? []))
  }
  return files
}

/** A chunk of whole lines starts at `offset`, in line `line`; `skip` of its rows have been read. */
interface FilePosition {
  readonly offset: number
  readonly line: number
  readonly skip: number
}

/** Whole lines of the file, read. */
interface Chunk {
  readonly batch: Batch
  readonly bytes: number
  readonly lines: number
}

class FileSplit implements SplitReader {
  readonly #file: StorageFile
  readonly #path: string
  readonly #request: SourceRequest
  readonly #format: ReadFormat
  readonly #read: RecordReader
  #offset: number
  #line: number
  #skip: number
  #chunk: Chunk | null = null

  constructor(file: StorageFile, path: string, request: SourceRequest, format: ReadFormat, position: FilePosition | null) {
    this.#file = file
    this.#path = path
    this.#request = request
    this.#format = format
    const columns = request.table.columns.flatMap((column) => (column.kind === 'physical' ? [column] : []))
    const stored = new Schema(columns.map(({ name, type }) => ({ name, type })))
    const wanted = request.columns.flatMap((name) => stored.fields[stored.position(name)] ?? [])
    this.#read = format.reader(stored, new Schema(wanted))
    this.#offset = position?.offset ?? 0
    this.#line = position?.line ?? 1
    this.#skip = position?.skip ?? 0
  }

  async read(rowsMax: number): Promise<Batch | 'wait' | 'end'> {
    for (;;) {
      this.#chunk ??= await this.#next()
      const chunk = this.#chunk
      if (chunk === null) return 'end'
      const from = this.#skip
      const to = Math.min(chunk.batch.rowCount, from + rowsMax)
      if (to > from) {
        this.#skip = to
        return this.#withMetadata(chunk.batch.slice(from, to))
      }
      this.#offset += chunk.bytes
      this.#line += chunk.lines
      this.#skip = 0
      this.#chunk = null
    }
  }

  async ready(): Promise<void> {}

  position(): FilePosition {
    return { offset: this.#offset, line: this.#line, skip: this.#skip }
  }

  close(): Promise<void> {
    return this.#file.close()
  }

  /** Whole lines from the position on; null at the end of the file. */
  async #next(): Promise<Chunk | null> {
    for (let size: number = limits.fileChunkBytes; ; size *= 2) {
      const buffer = new Uint8Array(size)
      const got = await this.#file.read(buffer, this.#offset)
      if (got === 0) return null
      const atEnd = got < size
      const end = this.#format.recordsEnd(buffer, got)
      if (end === 0 && !atEnd) {
        if (size > limits.rowBytesMax) throw errors.fail('MS-5008', { path: this.#path, line: this.#line, reason: 'the line is too long' })
        continue
      }
      return this.#scan(buffer.subarray(0, atEnd ? got : end))
    }
  }

  #scan(bytes: Uint8Array): Chunk {
    const { batch, rejected } = this.#read(bytes)
    const [first] = rejected
    if (first !== undefined && !this.#format.ignoreErrors) {
      throw errors.fail('MS-5008', { path: this.#path, line: this.#line + first.line - 1, reason: first.reason })
    }
    let lines = 0
    for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++
    return { batch, bytes: bytes.length, lines }
  }

  #withMetadata(batch: Batch): Batch {
    let stored = 0
    const columns = this.#request.schema.fields.map((field: RowField, i): Column => {
      const key = metadataKey(this.#request, i)
      if (key === null) return must(batch.columns[stored++], field.name)
      const value = key === 'file.path' ? this.#path : this.#path.slice(this.#path.lastIndexOf('/') + 1)
      return constantColumn(field.type, value, batch.rowCount)
    })
    return new Batch(this.#request.schema, batch.rowCount, columns)
  }
}

/** The metadata that a requested column shows; null: it is stored in the file. */
function metadataKey(request: SourceRequest, position: number): 'file.path' | 'file.name' | null {
  const column = request.table.columns.find((candidate) => candidate.name === request.columns[position])
  if (column?.kind !== 'metadata') return null
  if (column.key === 'file.path' || column.key === 'file.name') return column.key
  throw errors.fail('MS-5000', { feature: `The metadata column ${column.key} of a file` })
}
