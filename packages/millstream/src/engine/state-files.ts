import { crc32 } from 'node:zlib'
import { errors } from '../base/errors.ts'
import type { Storage } from '../base/ports.ts'
import type { PageRef, StateManifest, StatePointer } from '../flow/state/manifest.ts'
import type { FrozenState, StateStore } from '../flow/state/store.ts'

/** A job's state on disk: a folder of delta files. Each attempt writes files of its own, named by attempt and epoch. */
export class StateFiles {
  readonly #storage: Storage
  readonly #folder: string
  #made = false

  constructor(storage: Storage, dataFolder: string, job: string) {
    this.#storage = storage
    this.#folder = [dataFolder, 'jobs', job, 'state'].filter((part) => part !== '').join('/')
  }

  fileName(attempt: number, epoch: number): string {
    return `${attempt}-${epoch}.state`
  }

  /** Durable when it resolves. */
  async write(frozen: FrozenState): Promise<StatePointer> {
    if (!this.#made) await this.#makeFolder()
    const file = await this.#storage.open(this.#path(frozen.file), 'create')
    try {
      await file.write(frozen.parts, 0)
      await file.sync()
    } finally {
      await file.close()
    }
    await this.#storage.syncFolder(this.#folder)
    const { file: name, manifestOffset, manifestBytes, manifestCrc, files } = frozen
    return { file: name, offset: manifestOffset, bytes: manifestBytes, crc: manifestCrc, files }
  }

  async restore(pointer: StatePointer, store: StateStore): Promise<void> {
    const text = await this.#read({ ...pointer })
    const manifest = JSON.parse(new TextDecoder().decode(text)) as StateManifest
    if (manifest.version !== 1) throw this.#damaged(pointer, `its version is ${String(manifest.version)}`)
    await store.restore(manifest, (ref) => this.#read(ref))
  }

  /**
   * Removes what no committed checkpoint needs. Files of later attempts are not judged: a worker that was taken for dead
   * may wake up here, and knows nothing of them.
   */
  async collect(needed: readonly string[], attempt: number): Promise<void> {
    const keep = new Set(needed)
    for (const name of await this.#storage.list(this.#folder)) {
      if (!keep.has(name) && Number.parseInt(name, 10) <= attempt) await this.#storage.remove(this.#path(name))
    }
  }

  async #makeFolder(): Promise<void> {
    await this.#storage.makeFolder(this.#folder)
    const parts = this.#folder.split('/')
    for (let depth = parts.length - 1; depth >= 0 && depth >= parts.length - 3; depth--) {
      await this.#storage.syncFolder(parts.slice(0, depth).join('/'))
    }
    this.#made = true
  }

  async #read(ref: PageRef): Promise<Uint8Array> {
    const file = await this.#storage.open(this.#path(ref.file), 'read')
    try {
      const bytes = new Uint8Array(ref.bytes)
      const got = await file.read(bytes, ref.offset)
      if (got !== ref.bytes) throw this.#damaged(ref, `${got} of ${ref.bytes} bytes are there`)
      if (crc32(bytes) !== ref.crc) throw this.#damaged(ref, 'its checksum does not match')
      return bytes
    } finally {
      await file.close()
    }
  }

  #damaged(ref: { readonly file: string; readonly offset: number }, reason: string): Error {
    return errors.fail('MS-5007', { file: this.#path(ref.file), offset: ref.offset, reason })
  }

  #path(name: string): string {
    return `${this.#folder}/${name}`
  }
}
