import { createHash } from 'node:crypto'

export type HashName = 'md5' | 'sha1' | 'sha224' | 'sha256' | 'sha384' | 'sha512'

/** A digest as lower-case hexadecimal digits. */
export function digestHex(name: HashName, content: string | Uint8Array): string {
  return createHash(name).update(content).digest('hex')
}
