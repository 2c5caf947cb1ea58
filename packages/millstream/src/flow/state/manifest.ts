import type { TableSpec } from '../operator.ts'

/**
 * What a delta file ends with: every page of every table, by the file that holds it now. Version 1.
 *
 *   delta file := page* manifest        (pages without gaps; the manifest is JSON)
 *
 * The checkpoint names the file and where the manifest stands in it, so a file is understood only through a checkpoint.
 */
export interface StateManifest {
  readonly version: 1
  readonly tables: readonly TableManifest[]
}

export interface TableManifest extends TableSpec {
  /** The plan node that keeps the table. */
  readonly node: string
  readonly spaces: readonly SpaceManifest[]
}

export interface SpaceManifest {
  readonly space: number
  readonly regions: readonly { readonly name: string; readonly used: number; readonly pages: readonly PageRef[] }[]
}

export interface PageRef {
  readonly file: string
  readonly offset: number
  readonly bytes: number
  readonly crc: number
}

/** How a checkpoint record points to a manifest. */
export interface StatePointer {
  readonly file: string
  readonly offset: number
  readonly bytes: number
  readonly crc: number
  readonly files: readonly string[]
}
