// Finds the pinned Node 24 that npm installed, whatever Node runs this script.
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** The path of a Node of version 24 or newer, or null when nothing is installed yet. */
export function findNode() {
  const platform = process.platform === 'win32' ? 'win' : process.platform
  const own = join(root, 'node_modules', `node-${platform}-${process.arch}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(own)) return own
  return Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : null
}

/** Where compiled code is kept between runs: commands and servers of this clone start faster from the second time on. */
export const withCompileCache = {
  ...process.env,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(root, 'node_modules', '.cache', 'millstream'),
}
