import { crc32 } from 'node:zlib'
import { must } from '../../base/assert.ts'
import type { TableSpec } from '../operator.ts'
import type { PageRef, SpaceManifest, StateManifest, TableManifest } from './manifest.ts'
import type { Region } from './region.ts'
import { StateTable } from './table.ts'

/** What a checkpoint has to write: the changed pages, one after the other, then the manifest. */
export interface FrozenState {
  readonly file: string
  readonly parts: readonly Uint8Array[]
  readonly manifestOffset: number
  readonly manifestBytes: number
  readonly manifestCrc: number
  /** Delta files that this state still needs, this one with them. */
  readonly files: readonly string[]
}

/** All tables of a job. Freezing copies the pages that changed, so that they can be written while processing goes on. */
export class StateStore {
  readonly #tables = new Map<string, { readonly node: string; readonly table: StateTable }>()
  /** Where each page of a region was last written. */
  readonly #written = new WeakMap<Region, PageRef[]>()
  #shape = ''

  table(node: string, spec: TableSpec): StateTable {
    const key = `${node}/${spec.name}`
    const found = this.#tables.get(key)
    if (found !== undefined) return found.table
    const table = new StateTable(spec)
    this.#tables.set(key, { node, table })
    return table
  }

  bytes(node?: string): number {
    let sum = 0
    for (const entry of this.#tables.values()) if (node === undefined || entry.node === node) sum += entry.table.bytes()
    return sum
  }

  /** Null when nothing changed since the last freeze. The file that `write` makes must get this name. */
  freeze(file: string): FrozenState | null {
    if (this.#tables.size === 0) return null
    this.#rewriteSparseFiles()
    const parts: Uint8Array[] = []
    let offset = 0
    const save = (region: Region): readonly PageRef[] => {
      const refs = this.#refs(region)
      refs.length = Math.min(refs.length, region.pageCount())
      for (let page = 0; page < region.pageCount(); page++) {
        if (!region.isDirty(page) && refs[page] !== undefined) continue
        const bytes = region.page(page).slice()
        parts.push(bytes)
        refs[page] = { file, offset, bytes: bytes.length, crc: crc32(bytes) }
        offset += bytes.length
      }
      region.clean()
      return refs
    }
    const manifest: StateManifest = { version: 1, tables: this.#describe(save) }
    const shape = manifest.tables.map((table) => `${table.node}/${table.name}:${table.spaces.map((space) => space.space).join()}`).join()
    if (parts.length === 0 && shape === this.#shape) return null
    this.#shape = shape
    const text = new TextEncoder().encode(JSON.stringify(manifest))
    const files = new Set(
      manifest.tables.flatMap((table) => table.spaces.flatMap((space) => space.regions.flatMap((r) => r.pages.map((p) => p.file)))),
    )
    files.add(file)
    return {
      file,
      parts: [...parts, text],
      manifestOffset: offset,
      manifestBytes: text.length,
      manifestCrc: crc32(text),
      files: [...files],
    }
  }

  /** Fills the tables from a manifest; `read` answers a page's bytes, checked. Tables are made by their saved specs. */
  async restore(manifest: StateManifest, read: (ref: PageRef) => Promise<Uint8Array>): Promise<void> {
    for (const saved of manifest.tables) {
      const table = this.table(saved.node, saved)
      for (const space of saved.spaces) {
        const rows = table.rows(space.space)
        const regions = new Map(rows.regions())
        for (const part of space.regions) {
          const region = must(regions.get(part.name), `region ${part.name}`)
          region.grow(part.used)
          for (const [page, ref] of part.pages.entries()) region.load(page, await read(ref))
          region.clean()
          this.#written.set(region, [...part.pages])
        }
        rows.reindex()
      }
    }
  }

  #describe(save: (region: Region) => readonly PageRef[]): TableManifest[] {
    return [...this.#tables.values()].map(({ node, table }) => ({
      ...table.spec,
      node,
      spaces: table.spaces().map(
        (space): SpaceManifest => ({
          space,
          regions: table
            .rows(space)
            .regions()
            .map(([name, region]) => ({ name, used: region.used, pages: [...save(region)] })),
        }),
      ),
    }))
  }

  /** Pages in files of which less than half is still needed are written again, so that the files can go. */
  #rewriteSparseFiles(): void {
    const live = new Map<string, number>()
    const ends = new Map<string, number>()
    this.#eachRef((_region, _page, ref) => {
      live.set(ref.file, (live.get(ref.file) ?? 0) + ref.bytes)
      ends.set(ref.file, Math.max(ends.get(ref.file) ?? 0, ref.offset + ref.bytes))
    })
    this.#eachRef((region, page, ref) => {
      if ((live.get(ref.file) as number) * 2 < (ends.get(ref.file) as number)) region.markPage(page)
    })
  }

  #eachRef(visit: (region: Region, page: number, ref: PageRef) => void): void {
    for (const { table } of this.#tables.values()) {
      for (const space of table.spaces()) {
        for (const [, region] of table.rows(space).regions()) {
          for (const [page, ref] of this.#refs(region).entries()) if (page < region.pageCount()) visit(region, page, ref)
        }
      }
    }
  }

  #refs(region: Region): PageRef[] {
    const found = this.#written.get(region)
    if (found !== undefined) return found
    const made: PageRef[] = []
    this.#written.set(region, made)
    return made
  }
}
