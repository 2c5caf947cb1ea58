import { readdirSync, readFileSync } from 'node:fs'
import { join, relative, sep } from 'node:path'

export const root = join(import.meta.dirname, '..', '..')

export interface SourceFile {
  /** From the repository's root, with '/'. */
  readonly path: string
  readonly text: string
  readonly isTest: boolean
}

/** All TypeScript below these folders. */
export function sources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name) && !entry.parentPath.includes('node_modules'))
      .map((entry) => {
        const path = join(entry.parentPath, entry.name)
        return {
          path: relative(root, path).split(sep).join('/'),
          text: readFileSync(path, 'utf8'),
          isTest: /\.test\.tsx?$/.test(entry.name),
        }
      }),
  )
}
