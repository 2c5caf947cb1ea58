import { realPath } from '../../base/real/paths.ts'
import { nodeStorage } from '../../base/real/storage.ts'
import type { FileAccess } from './allowed-paths.ts'

/** This machine's files: DATA/files, where relative paths start, and the folders that --allow-path named. */
export function localFiles(dataFolder: string, allowPaths: readonly string[]): FileAccess {
  return { storage: nodeStorage('/'), folders: [`${dataFolder}/files`, ...allowPaths], realPath }
}
