import { readFileSync } from 'node:fs'

/** The version of the package: its package file stands one or two folders above, as source or as published. */
export const version: string = readVersion()

function readVersion(): string {
  for (const up of ['../package.json', '../../package.json']) {
    try {
      const found = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as { name?: string; version?: string }
      if (found.name === 'millstream' && found.version !== undefined) return found.version
    } catch {
      // Not there: the next one.
    }
  }
  return 'unknown'
}
