import { errors } from '../../base/errors.ts'
import { digestHex, type HashName } from '../../base/hash.ts'
import { isInteger, type LogicalType, types } from '../../data/types.ts'
import type { ScalarFunction } from '../function.ts'
import { scalar, take } from '../signature.ts'

const hash = (name: string, algorithm: HashName, digits: number): ScalarFunction =>
  scalar({
    names: [name],
    parameters: [take.stringOrBytes],
    result: types.char(digits),
    run: (content: string | Uint8Array) => digestHex(algorithm, content),
  })

const sha2: Readonly<Record<number, HashName>> = { 224: 'sha224', 256: 'sha256', 384: 'sha384', 512: 'sha512' }
const upperHex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex').toUpperCase()

/** Bytes of pairs of digits; of an odd number of them the first counts as zero. */
function unhex(text: string): Uint8Array | null {
  if (!/^[0-9a-fA-F]*$/.test(text)) return null
  const digits = text.length % 2 === 0 ? text : `00${text.slice(1)}`
  return new Uint8Array(Buffer.from(digits, 'hex'))
}

const charsets: Readonly<Record<string, BufferEncoding>> = {
  'US-ASCII': 'ascii',
  'ISO-8859-1': 'latin1',
  'UTF-8': 'utf8',
  UTF8: 'utf8',
  'UTF-16LE': 'utf16le',
}

function encode(text: string, charset: string): Uint8Array {
  const name = charset.toUpperCase()
  const encoding = charsets[name]
  if (encoding !== undefined) return new Uint8Array(Buffer.from(encoding === 'ascii' ? text.replace(/\P{ASCII}/gu, '?') : text, encoding))
  if (name === 'UTF-16BE' || name === 'UTF-16') {
    const big = Buffer.from(text, 'utf16le').swap16()
    return new Uint8Array(name === 'UTF-16' ? Buffer.concat([Buffer.from([0xfe, 0xff]), big]) : big)
  }
  throw errors.fail('MS-2112', { name: 'ENCODE', reason: `there is no character set '${charset}'` })
}

function decode(bytes: Uint8Array, charset: string): string {
  const name = charset.toUpperCase()
  const encoding = charsets[name]
  const buffer = Buffer.from(bytes)
  if (encoding !== undefined) return buffer.toString(encoding)
  if (name === 'UTF-16BE' || name === 'UTF-16') {
    const little = buffer[0] === 0xff && buffer[1] === 0xfe && name === 'UTF-16'
    const text = (little ? buffer : buffer.swap16()).toString('utf16le')
    return name === 'UTF-16' ? text.replace(/^\ufeff/, '') : text
  }
  throw errors.fail('MS-2112', { name: 'DECODE', reason: `there is no character set '${charset}'` })
}

/** application/x-www-form-urlencoded, as Java's URLEncoder. */
const urlEncode = (text: string): string =>
  encodeURIComponent(text)
    .replace(/[!'()~]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)
    .replace(/%20/g, '+')

function urlDecode(text: string): string | null {
  try {
    return decodeURIComponent(text.replace(/\+/g, ' '))
  } catch {
    return null
  }
}

const urlForm = /^(https?|ftp|file|jar):\/\/(?:([^@/?#]*)@)?([^:/?#]*)(?::(\d+))?([^?#]*)(?:\?([^#]*))?(?:#(.*))?$/

function parseUrl(url: string, part: string, key?: string): string | null {
  const match = urlForm.exec(url)
  if (match === null) return null
  const [, protocol, user, host, port, path, query, reference] = match
  const authority = `${user === undefined ? '' : `${user}@`}${host}${port === undefined ? '' : `:${port}`}`
  if (key !== undefined) {
    if (part !== 'QUERY' || query === undefined) return null
    const found = query.split('&').find((pair) => pair.startsWith(`${key}=`))
    return found === undefined ? null : found.slice(key.length + 1)
  }
  const file = `${path}${query === undefined ? '' : `?${query}`}`
  const parts: Readonly<Record<string, string | undefined>> = {
    PROTOCOL: protocol,
    HOST: host,
    PATH: path,
    QUERY: query,
    REF: reference,
    FILE: file,
    AUTHORITY: authority,
    USERINFO: user,
  }
  return parts[part] ?? null
}

export const encodingFunctions: readonly ScalarFunction[] = [
  hash('MD5', 'md5', 32),
  hash('SHA1', 'sha1', 40),
  hash('SHA224', 'sha224', 56),
  hash('SHA256', 'sha256', 64),
  hash('SHA384', 'sha384', 96),
  hash('SHA512', 'sha512', 128),
  scalar({
    names: ['SHA2'],
    parameters: [take.stringOrBytes, take.int],
    result: types.varchar(128),
    run: (content: string | Uint8Array, bits: number) => {
      const algorithm = sha2[bits]
      if (algorithm === undefined) throw errors.fail('MS-2112', { name: 'SHA2', reason: `${bits} is not 224, 256, 384 or 512` })
      return digestHex(algorithm, content)
    },
  }),
  scalar({
    names: ['TO_BASE64'],
    parameters: [take.stringOrBytes],
    result: types.string(),
    run: (content: string | Uint8Array) => Buffer.from(content as string).toString('base64'),
  }),
  scalar({
    names: ['FROM_BASE64'],
    parameters: [take.stringOrBytes],
    result: types.string(),
    run: (content: string | Uint8Array) =>
      Buffer.from(typeof content === 'string' ? content : Buffer.from(content).toString('latin1'), 'base64').toString(),
  }),
  scalar({
    names: ['HEX'],
    parameters: [
      {
        text: '<INTEGER or STRING>',
        accept: (type: LogicalType) => (isInteger(type) ? take.bigint.accept(type) : take.string.accept(type)),
      },
    ],
    result: types.string(),
    run: (value: bigint | string) =>
      typeof value === 'string' ? upperHex(Buffer.from(value)) : BigInt.asUintN(64, value).toString(16).toUpperCase(),
  }),
  scalar({ names: ['UNHEX'], parameters: [take.string], result: types.bytes(), nullable: 'always', run: unhex }),
  scalar({
    names: ['BIN'],
    parameters: [take.bigint],
    result: types.string(),
    run: (value: bigint) => BigInt.asUintN(64, value).toString(2),
  }),
  scalar({ names: ['ENCODE'], parameters: [take.string, take.string], result: types.bytes(), run: encode }),
  scalar({ names: ['DECODE'], parameters: [take.bytes, take.string], result: types.string(), run: decode }),
  scalar({ names: ['URL_ENCODE'], parameters: [take.string], result: types.string(), nullable: 'always', run: urlEncode }),
  scalar({ names: ['URL_DECODE'], parameters: [take.string], result: types.string(), nullable: 'always', run: urlDecode }),
  scalar({
    names: ['PARSE_URL'],
    parameters: [take.string, take.string],
    optional: [take.string],
    result: types.string(),
    nullable: 'always',
    run: parseUrl,
  }),
]
