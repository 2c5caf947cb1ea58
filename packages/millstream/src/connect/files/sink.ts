import { limits } from '../../base/limits.ts'
import type { Clock, StorageFile } from '../../base/ports.ts'
import { Batch } from '../../data/batch.ts'
import type { Sink, SinkRequest } from '../../flow/connector.ts'
import { TableOptions } from '../table-options.ts'
import { allowedPath, type FileAccess } from './allowed-paths.ts'
import { type FileEncoder, type WriteFormat, writeFormatOf } from './formats.ts'

/**
 * What a checkpoint keeps: files that are whole, which get their names when it has committed, and the file that goes on,
 * as far as its rows count. All of them stand under hidden names until then.
 */
interface PreparedFiles {
  readonly folder: string
  readonly whole: readonly { readonly hidden: string; readonly name: string }[]
  readonly open: { readonly hidden: string; readonly bytes: number } | null
}

interface OpenFile {
  readonly file: StorageFile
  readonly hidden: string
  readonly encoder: FileEncoder
  bytes: number
}

/** Writes a folder of files. One is closed, at a checkpoint, when it is large or old enough, and when the job stops. */
export function fileSink(access: FileAccess, clock: Clock, request: SinkRequest): Sink {
  return new FolderSink(access, clock, request)
}

class FolderSink implements Sink {
  readonly #access: FileAccess
  readonly #clock: Clock
  readonly #request: SinkRequest
  readonly #path: string
  readonly #format: WriteFormat
  readonly #bytesMax: number
  readonly #ageMsMax: number
  #open: OpenFile | null = null
  #openedAtMs: number
  #count = 0
  /** What the last attempt's checkpoint had open: copied when it goes on, since its writer may still be alive. */
  #inherited: PreparedFiles['open']

  constructor(access: FileAccess, clock: Clock, request: SinkRequest) {
    const options = new TableOptions(request.table)
    this.#access = access
    this.#clock = clock
    this.#request = request
    this.#path = options.required('path')
    this.#format = writeFormatOf(options)
    this.#bytesMax = options.bytes('sink.rolling-policy.file-size') ?? limits.rolledFileBytes
    this.#ageMsMax = options.durationMs('sink.rolling-policy.rollover-interval') ?? limits.rolledFileAgeMs
    this.#openedAtMs = clock.monotonicMs()
    this.#inherited = (request.restore as PreparedFiles | null)?.open ?? null
  }

  async write(batch: Batch): Promise<void> {
    if (batch.rowCount === 0) return
    const open = await this.#opened()
    const { schema } = this.#request
    await this.#append(open, open.encoder.add(new Batch(schema, batch.rowCount, batch.columns, batch.kinds)))
  }

  due(): boolean {
    if (this.#open === null && this.#inherited === null) return false
    return this.#clock.monotonicMs() - this.#openedAtMs >= this.#ageMsMax || (this.#open?.bytes ?? 0) >= this.#bytesMax
  }

  async prepare(epoch: number, last: boolean): Promise<PreparedFiles | null> {
    if (this.#open === null && this.#inherited === null) return null
    const folder = await this.#folder()
    const due = last || !this.#format.goesOn || this.due()
    if (!due && this.#open === null) return { folder, whole: [], open: this.#inherited }
    const open = await this.#opened()
    if (due) await this.#append(open, open.encoder.end())
    await open.file.sync()
    // The folder's own name too: it may be new.
    for (const each of [folder, folder.slice(0, folder.lastIndexOf('/'))]) await this.#access.storage.syncFolder(each)
    const { hidden, bytes } = open
    if (!due) return { folder, whole: [], open: { hidden, bytes } }
    await open.file.close()
    this.#open = null
    return { folder, whole: [{ hidden, name: `part-${this.#owner()}-${epoch}.${this.#format.extension}` }], open: null }
  }

  async commit(_epoch: number, prepared: unknown): Promise<void> {
    if (prepared === null) return
    const { folder, whole } = prepared as PreparedFiles
    const { storage } = this.#access
    for (const { hidden, name } of whole) {
      // Said again after a crash: the file may have its name by now.
      if ((await storage.stat(`${folder}/${hidden}`)) !== null) await storage.rename(`${folder}/${hidden}`, `${folder}/${name}`)
      await storage.syncFolder(folder)
    }
  }

  /** Removes what attempts before this one left under hidden names, but for what goes on. */
  async abort(): Promise<void> {
    const folder = await this.#folder()
    for (const name of await this.#access.storage.list(folder)) {
      if (name.startsWith(`.part-${this.#owner()}-`) && name !== this.#inherited?.hidden)
        await this.#access.storage.remove(`${folder}/${name}`)
    }
  }

  async close(): Promise<void> {
    await this.#open?.file.close()
    this.#open = null
  }

  async #opened(): Promise<OpenFile> {
    if (this.#open !== null) return this.#open
    const folder = await this.#folder()
    await this.#access.storage.makeFolder(folder)
    const hidden = `.part-${this.#owner()}-${this.#request.attempt}-${++this.#count}.inprogress`
    const file = await this.#access.storage.open(`${folder}/${hidden}`, 'create')
    this.#open = { file, hidden, encoder: this.#format.encoder(this.#request.schema), bytes: 0 }
    this.#openedAtMs = this.#clock.monotonicMs()
    const inherited = this.#inherited
    this.#inherited = null
    if (inherited !== null) await this.#copy(`${folder}/${inherited.hidden}`, inherited.bytes, this.#open)
    return this.#open
  }

  /** The part of an earlier attempt's file that its checkpoint counted. The file itself goes with the next `abort`. */
  async #copy(path: string, bytes: number, to: OpenFile): Promise<void> {
    const from = await this.#access.storage.open(path, 'read')
    try {
      while (to.bytes < bytes) {
        const part = new Uint8Array(Math.min(limits.fileChunkBytes, bytes - to.bytes))
        const got = await from.read(part, to.bytes)
        if (got === 0) throw new Error(`${path} is shorter than its checkpoint says`)
        await this.#append(to, part.subarray(0, got))
      }
    } finally {
      await from.close()
    }
  }

  async #append(open: OpenFile, bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return
    await open.file.write([bytes], open.bytes)
    open.bytes += bytes.length
  }

  #folder(): Promise<string> {
    return allowedPath(this.#access, this.#path)
  }

  #owner(): string {
    return `${this.#request.job}-${this.#request.node}`.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  }
}
