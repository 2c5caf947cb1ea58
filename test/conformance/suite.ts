import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** What a suite answers: every case of it is passed, failed or skipped, by id and with a reason. */
export interface SuiteResult {
  readonly suite: string
  readonly total: number
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly failures: readonly { readonly id: string; readonly reason: string }[]
  readonly skips?: readonly { readonly id: string; readonly reason: string }[]
}

export interface SuiteOptions {
  /** Only cases whose id contains this. */
  readonly only?: string
}

/** The folder of the vectors, or null with a loud line where they are absent. They stay outside the repository. */
export function vectorsFolder(given?: string): string | null {
  const folder = given ?? join(import.meta.dirname, '..', '..', '..', 'shared', 'vectors')
  if (existsSync(folder)) return folder
  console.error(`NO VECTORS at ${folder}: conformance was NOT tested. Name the folder with --vectors DIR.`)
  return null
}
