/**
 * The ports through which everything above `base/` touches the world. Each has a real adapter in `base/real/`
 * and a simulated one in `base/simulated/`; clocks, timers, randomness, fs and net are forbidden by lint elsewhere.
 */

/** Time. Wall time may jump; monotonic time never goes back. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may have a fraction. */
  nowMs(): number
  /** Milliseconds since an arbitrary start; for durations. */
  monotonicMs(): number
}

export interface Cancel {
  cancel(): void
}

/** Timers and turns of the event loop. The simulated one decides the order of everything that is ready, by seed. */
export interface Scheduler {
  after(delayMs: number, task: () => void): Cancel
  /** Resolves after `delayMs`. */
  sleep(delayMs: number): Promise<void>
  /** Resolves on a later turn, so that IO and other tasks get theirs. */
  turn(): Promise<void>
}

export interface Random {
  /** In [0, 1). */
  next(): number
  /** A whole number in [0, below). */
  int(below: number): number
  bytes(count: number): Uint8Array
}

/** An open file. Positions and sizes are bytes. A write or sync that failed says nothing about what is on the disk. */
export interface StorageFile {
  /** Reads into `target` from `position`; answers how many bytes came (fewer only at the end of the file). */
  read(target: Uint8Array, position: number): Promise<number>
  /** Writes all of `parts`, one after the other, from `position`. */
  write(parts: readonly Uint8Array[], position: number): Promise<void>
  /** What was written is on the disk when this resolves (fdatasync). After a failure the descriptor is not to be used again. */
  sync(): Promise<void>
  sizeBytes(): Promise<number>
  truncate(sizeBytes: number): Promise<void>
  close(): Promise<void>
}

export interface FileStat {
  readonly sizeBytes: number
  readonly modifiedMs: number
  readonly isFolder: boolean
}

/** Paths are absolute, or relative to the storage's root; separators are '/'. */
export interface Storage {
  /** `create` fails when the file exists; `write` opens an existing file or makes it; `read` fails when it is absent. */
  open(path: string, mode: 'read' | 'create' | 'write'): Promise<StorageFile>
  /** Names (not paths) in a folder, sorted; empty when the folder is absent. */
  list(folder: string): Promise<string[]>
  stat(path: string): Promise<FileStat | null>
  /** Replaces the target atomically. Durable only after `syncFolder` of the target's folder. */
  rename(from: string, to: string): Promise<void>
  /** Removing what is absent is not an error. Folders are removed with what is in them. */
  remove(path: string): Promise<void>
  /** With its parents; an existing one is fine. */
  makeFolder(path: string): Promise<void>
  /** Names created, renamed and removed in the folder are on the disk when this resolves. */
  syncFolder(folder: string): Promise<void>
  freeBytes(): Promise<number>
}

/** One conditional change: `expect` is the version that must stand (0: the key must be absent). `value` null removes. */
export interface CommitChange {
  readonly key: string
  readonly expect: number
  readonly value: string | null
}

export interface Committed {
  readonly value: string
  readonly version: number
}

/** The commit point: small values under keys, changed atomically and only if nothing moved since. */
export interface CommitStore {
  get(key: string): Promise<Committed | null>
  /** Keys with this prefix, ascending. */
  list(prefix: string): Promise<readonly (readonly [key: string, committed: Committed])[]>
  /** All changes or none; durable when it resolves true. False: an expectation did not hold. */
  commit(changes: readonly CommitChange[]): Promise<boolean>
}

export interface Ports {
  readonly clock: Clock
  readonly scheduler: Scheduler
  readonly random: Random
  readonly storage: Storage
}
