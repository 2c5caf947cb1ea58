import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { limits } from '../../base/limits.ts'

/** `DATA/hub.sock`; where that is too long for a socket, a folder of ours among the temporary ones, named in `DATA/socket`. */
export function socketPath(dataFolder: string): string {
  const own = join(dataFolder, 'hub.sock')
  let path = own
  if (Buffer.byteLength(own) > limits.socketPathBytesMax) {
    const short = createHash('sha256').update(dataFolder).digest('hex').slice(0, 12)
    const folder = join(tmpdir(), `millstream-${userInfo().uid}`)
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    path = join(folder, `${short}.sock`)
  }
  writeFileSync(join(dataFolder, 'socket'), `${path}\n`, { mode: 0o600 })
  // A hub before this one may have left it; the lock says that none is there now.
  rmSync(path, { force: true })
  return path
}
