import type { FileStat, Random, Scheduler, Storage, StorageFile } from '../ports.ts'

/** What may go wrong. Chances are per call, in [0, 1]. */
export interface DiskFaults {
  /** A sync fails: what it was to make durable may be lost, though it reads back and a later sync succeeds. */
  readonly syncFails: number
  /** A write fails after a part of it. */
  readonly writeFails: number
  /** A sync takes this much longer. */
  readonly slowSync: number
  readonly slowSyncMs: number
  /** Bytes that fit; a write beyond fails with ENOSPC after a part of it. */
  readonly capacityBytes: number
  /** A sync reports success and does nothing: a lying disk, to prove that tests would notice. */
  readonly syncLies: number
}

export const noFaults: DiskFaults = {
  syncFails: 0,
  writeFails: 0,
  slowSync: 0,
  slowSyncMs: 50,
  capacityBytes: Number.POSITIVE_INFINITY,
  syncLies: 0,
}

interface Write {
  readonly position: number
  readonly bytes: Uint8Array
}

interface Inode {
  /** What a reader sees. */
  bytes: Uint8Array
  size: number
  /** What is on the disk for certain. */
  durable: Uint8Array
  durableSize: number
  /** Since then, in order: on a crash any of it, torn at any byte, may be there or not. */
  unsynced: Write[]
  /** Writes of a sync that failed: the system takes them for clean, so that no later sync brings them to the disk. */
  orphaned: Write[]
}

type Entry = Inode | 'folder'

interface NameChange {
  readonly path: string
  readonly entry: Entry | null
}

/**
 * A disk in memory that keeps only what was synced. Names are durable after `syncFolder`; until then a crash keeps some
 * first part of a folder's changes. Calls take virtual time, in an order that the seed decides.
 */
export class SimulatedStorage implements Storage {
  readonly #random: Random
  readonly #scheduler: Scheduler
  #names = new Map<string, Entry>()
  #durableNames = new Map<string, Entry>()
  #nameChanges: NameChange[] = []
  #life = 0
  faults: DiskFaults = noFaults

  constructor(random: Random, scheduler: Scheduler) {
    this.#random = random
    this.#scheduler = scheduler
  }

  async open(path: string, mode: 'read' | 'create' | 'write'): Promise<StorageFile> {
    await this.#delay()
    const known = this.#names.get(clean(path))
    if (known === 'folder') throw failure('EISDIR', path)
    if (known !== undefined && mode === 'create') throw failure('EEXIST', path)
    if (known !== undefined) return this.#file(known, path, mode !== 'read')
    if (mode === 'read' || !this.#isFolder(parentOf(clean(path)))) throw failure('ENOENT', path)
    const inode: Inode = { bytes: new Uint8Array(0), size: 0, durable: new Uint8Array(0), durableSize: 0, unsynced: [], orphaned: [] }
    this.#change(clean(path), inode)
    return this.#file(inode, path, true)
  }

  async list(folder: string): Promise<string[]> {
    await this.#delay()
    const prefix = clean(folder) === '' ? '' : `${clean(folder)}/`
    const names = [...this.#names.keys()].filter((path) => path.startsWith(prefix) && !path.slice(prefix.length).includes('/'))
    return names.map((path) => path.slice(prefix.length)).sort()
  }

  async stat(path: string): Promise<FileStat | null> {
    await this.#delay()
    const entry = this.#names.get(clean(path))
    if (entry === undefined) return null
    return { sizeBytes: entry === 'folder' ? 0 : entry.size, modifiedMs: 0, isFolder: entry === 'folder' }
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#delay()
    const entry = this.#names.get(clean(from))
    if (entry === undefined) throw failure('ENOENT', from)
    if (entry === 'folder') throw new Error('the simulated disk renames files only')
    this.#change(clean(to), entry)
    this.#change(clean(from), null)
  }

  async remove(path: string): Promise<void> {
    await this.#delay()
    const root = clean(path)
    for (const name of [...this.#names.keys()]) {
      if (name === root || name.startsWith(`${root}/`)) this.#change(name, null)
    }
  }

  async makeFolder(path: string): Promise<void> {
    await this.#delay()
    const parts = clean(path).split('/')
    for (let depth = 1; depth <= parts.length; depth++) {
      const folder = parts.slice(0, depth).join('/')
      if (!this.#isFolder(folder)) this.#change(folder, 'folder')
    }
  }

  async syncFolder(folder: string): Promise<void> {
    await this.#delay()
    if (!this.#isFolder(clean(folder))) throw failure('ENOENT', folder)
    if (this.#random.next() < this.faults.syncFails) throw failure('EIO', folder)
    if (this.#random.next() < this.faults.syncLies) return
    for (const change of this.#nameChanges) if (parentOf(change.path) === clean(folder)) apply(this.#durableNames, change)
    this.#nameChanges = this.#nameChanges.filter((change) => parentOf(change.path) !== clean(folder))
  }

  async freeBytes(): Promise<number> {
    await this.#delay()
    return this.faults.capacityBytes - this.#usedBytes()
  }

  /** Power is lost: the disk is what was synced, and of the rest some part. Open files of before are dead. */
  crash(): void {
    this.#life++
    const names = new Map(this.#durableNames)
    const kept = new Map<string, boolean>()
    for (const change of this.#nameChanges) {
      const folder = parentOf(change.path)
      // The first change that is lost takes the folder's later ones with it.
      const keep = (kept.get(folder) ?? true) && this.#random.next() < 0.5
      kept.set(folder, keep)
      if (keep) apply(names, change)
    }
    for (const path of [...names.keys()]) if (!hasParents(names, path)) names.delete(path)
    for (const entry of new Set(names.values())) if (entry !== 'folder') this.#loseUnsynced(entry)
    this.#names = names
    this.#durableNames = new Map(names)
    this.#nameChanges = []
  }

  /** Flips one bit of a file, on the disk and to readers. */
  flipBit(path: string, position: number, bit: number): void {
    const inode = this.#names.get(clean(path))
    if (inode === undefined || inode === 'folder') throw failure('ENOENT', path)
    for (const bytes of [inode.bytes, inode.durable]) {
      if (position < bytes.length) bytes[position] = (bytes[position] as number) ^ (1 << bit)
    }
  }

  /** Something is written that no sync has made durable: the moment at which a crash is most interesting. */
  hasUnsynced(): boolean {
    for (const entry of this.#names.values()) if (entry !== 'folder' && entry.unsynced.length > 0) return true
    return false
  }

  sizeOf(path: string): number {
    const inode = this.#names.get(clean(path))
    return inode === undefined || inode === 'folder' ? 0 : inode.size
  }

  #loseUnsynced(inode: Inode): void {
    for (const write of [...inode.orphaned, ...inode.unsynced]) {
      // Disks lose sectors; controllers lose less and more than that.
      const tear = [64, 512, 4096][this.#random.int(3)] as number
      const survives = [0.5, 0.9][this.#random.int(2)] as number
      for (let at = 0; at < write.bytes.length; ) {
        const length = Math.min(write.bytes.length - at, 1 + this.#random.int(tear))
        if (this.#random.next() < survives) {
          makeDurable(inode, { position: write.position + at, bytes: write.bytes.subarray(at, at + length) })
        }
        at += length
      }
    }
    inode.bytes = inode.durable.slice(0, inode.durableSize)
    inode.size = inode.durableSize
    inode.unsynced = []
    inode.orphaned = []
  }

  #file(inode: Inode, path: string, writable: boolean): StorageFile {
    const life = this.#life
    const check = async (): Promise<void> => {
      await this.#delay()
      if (life !== this.#life) throw failure('EBADF', path)
    }
    const write = (position: number, bytes: Uint8Array): void => {
      const grown = put(inode.bytes, inode.size, position, bytes)
      inode.bytes = grown.bytes
      inode.size = grown.size
      inode.unsynced.push({ position, bytes: bytes.slice() })
    }
    return {
      read: async (target, position) => {
        await check()
        const count = Math.max(0, Math.min(target.length, inode.size - position))
        target.set(inode.bytes.subarray(position, position + count))
        return count
      },
      write: async (parts, position) => {
        await check()
        if (!writable) throw failure('EBADF', path)
        const bytes = joined(parts)
        const room = this.faults.capacityBytes - this.#usedBytes() - Math.max(0, position + bytes.length - inode.size)
        const fails = this.#random.next() < this.faults.writeFails
        if (room >= 0 && !fails) return write(position, bytes)
        write(position, bytes.subarray(0, this.#random.int(bytes.length)))
        throw failure(fails ? 'EIO' : 'ENOSPC', path)
      },
      sync: async () => {
        await check()
        const covered = inode.unsynced
        if (this.#random.next() < this.faults.slowSync) await this.#scheduler.sleep(this.faults.slowSyncMs)
        if (this.#random.next() < this.faults.syncFails) {
          inode.orphaned.push(...covered)
          inode.unsynced = inode.unsynced.filter((one) => !covered.includes(one))
          throw failure('EIO', path)
        }
        if (this.#random.next() < this.faults.syncLies) return
        for (const one of covered) makeDurable(inode, one)
        inode.unsynced = inode.unsynced.filter((one) => !covered.includes(one))
      },
      sizeBytes: async () => {
        await check()
        return inode.size
      },
      truncate: async (sizeBytes) => {
        await check()
        inode.bytes = resized(inode.bytes, sizeBytes)
        inode.durableSize = Math.min(sizeBytes, inode.durableSize)
        inode.durable = resized(inode.durable, inode.durableSize)
        inode.size = sizeBytes
      },
      close: check,
    }
  }

  #change(path: string, entry: Entry | null): void {
    const change = { path, entry }
    apply(this.#names, change)
    this.#nameChanges.push(change)
  }

  #isFolder(path: string): boolean {
    return path === '' || this.#names.get(path) === 'folder'
  }

  #usedBytes(): number {
    let used = 0
    for (const entry of this.#names.values()) if (entry !== 'folder') used += entry.size
    return used
  }

  /** Every call takes a moment, so that calls of several tasks interleave. */
  #delay(): Promise<void> {
    return this.#scheduler.sleep(this.#random.int(3) * 0.1)
  }
}

function apply(names: Map<string, Entry>, { path, entry }: NameChange): void {
  if (entry === null) names.delete(path)
  else names.set(path, entry)
}

/** `bytes` with these written at `position`, grown in powers of two; what lies between is zero. */
function put(bytes: Uint8Array, size: number, position: number, written: Uint8Array): { bytes: Uint8Array; size: number } {
  const end = Math.max(size, position + written.length)
  let target = bytes
  if (end > target.length) target = resized(bytes, Math.max(end, 2 * bytes.length))
  target.set(written, position)
  return { bytes: target, size: end }
}

function makeDurable(inode: Inode, write: Write): void {
  const grown = put(inode.durable, inode.durableSize, write.position, write.bytes)
  inode.durable = grown.bytes
  inode.durableSize = grown.size
}

function resized(bytes: Uint8Array, size: number): Uint8Array {
  const target = new Uint8Array(size)
  target.set(bytes.subarray(0, Math.min(size, bytes.length)))
  return target
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}

const clean = (path: string): string =>
  path
    .split('/')
    .filter((part) => part !== '' && part !== '.')
    .join('/')
const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
const hasParents = (names: ReadonlyMap<string, Entry>, path: string): boolean => {
  const parent = parentOf(path)
  return parent === '' || (names.get(parent) === 'folder' && hasParents(names, parent))
}

function failure(code: string, path: string): Error {
  return Object.assign(new Error(`${code}: simulated, '${path}'`), { code })
}
