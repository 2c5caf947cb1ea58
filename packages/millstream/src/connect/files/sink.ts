import type { StorageFile } from '../../base/ports.ts'
import { Batch } from '../../data/batch.ts'
import type { Sink, SinkRequest } from '../../flow/connector.ts'
import { TableOptions } from '../table-options.ts'
import { allowedPath, type FileAccess } from './allowed-paths.ts'
import { type FileEncoder, type WriteFormat, writeFormatOf } from './formats.ts'

/** What a checkpoint keeps: a file under its hidden name, and the name it gets when the checkpoint has committed. */
interface PreparedFile {
  readonly folder: string
  readonly hidden: string
  readonly name: string
}

interface OpenFile {
  readonly file: StorageFile
  readonly hidden: string
  readonly encoder: FileEncoder
  bytes: number
}

/** Writes a folder of files, one for each checkpoint that has rows. */
export function fileSink(access: FileAccess, request: SinkRequest): Sink {
  const options = new TableOptions(request.table)
  const path = options.required('path')
  return new FolderSink(access, request, path, writeFormatOf(options))
}

class FolderSink implements Sink {
  readonly #access: FileAccess
  readonly #request: SinkRequest
  readonly #path: string
  readonly #format: WriteFormat
  #open: OpenFile | null = null
  #opened = 0

  constructor(access: FileAccess, request: SinkRequest, path: string, format: WriteFormat) {
    this.#access = access
    this.#request = request
    this.#path = path
    this.#format = format
  }

  async write(batch: Batch): Promise<void> {
    if (batch.rowCount === 0) return
    this.#open ??= await this.#create()
    const { schema } = this.#request
    await this.#append(this.#open, this.#open.encoder.add(new Batch(schema, batch.rowCount, batch.columns, batch.kinds)))
  }

  async prepare(epoch: number): Promise<PreparedFile | null> {
    const open = this.#open
    if (open === null) return null
    await this.#append(open, open.encoder.end())
    await open.file.sync()
    await open.file.close()
    this.#open = null
    const folder = await this.#folder()
    for (const each of [folder, folder.slice(0, folder.lastIndexOf('/'))]) await this.#access.storage.syncFolder(each)
    return { folder, hidden: open.hidden, name: `part-${this.#owner()}-${epoch}.${this.#format.extension}` }
  }

  async commit(_epoch: number, prepared: unknown): Promise<void> {
    if (prepared === null) return
    const { folder, hidden, name } = prepared as PreparedFile
    const { storage } = this.#access
    // Said again after a crash: the file may have its name by now.
    if ((await storage.stat(`${folder}/${hidden}`)) !== null) await storage.rename(`${folder}/${hidden}`, `${folder}/${name}`)
    await storage.syncFolder(folder)
  }

  /** Removes what attempts before this one left under hidden names. */
  async abort(): Promise<void> {
    const folder = await this.#folder()
    for (const name of await this.#access.storage.list(folder)) {
      if (name.startsWith(`.part-${this.#owner()}-`)) await this.#access.storage.remove(`${folder}/${name}`)
    }
  }

  async close(): Promise<void> {
    await this.#open?.file.close()
    this.#open = null
  }

  async #create(): Promise<OpenFile> {
    const folder = await this.#folder()
    await this.#access.storage.makeFolder(folder)
    const hidden = `.part-${this.#owner()}-${this.#request.attempt}-${++this.#opened}.inprogress`
    const file = await this.#access.storage.open(`${folder}/${hidden}`, 'create')
    return { file, hidden, encoder: this.#format.encoder(this.#request.schema), bytes: 0 }
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
