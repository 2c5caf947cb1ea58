/** Base64 (standard or URL alphabet, padded or not), straight between bytes. */

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const codes = new Uint8Array(256).fill(255)
for (let i = 0; i < 64; i++) codes[alphabet.charCodeAt(i)] = i
codes[45] = 62
codes[95] = 63

/** Decodes into `target` from 0 (room for three quarters of the text); answers how many bytes, or -1 when it is not base64. */
export function decodeBase64(source: Uint8Array, from: number, to: number, target: Uint8Array): number {
  let end = to
  while (end > from && to - end < 2 && source[end - 1] === 61) end--
  if ((end - from) % 4 === 1 || (end < to && (to - from) % 4 !== 0)) return -1
  let out = 0
  let bits = 0
  let held = 0
  for (let at = from; at < end; at++) {
    const code = codes[source[at] as number] as number
    if (code === 255) return -1
    held = ((held << 6) | code) & 0xffffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      target[out++] = (held >> bits) & 255
    }
  }
  return out
}

export function encodeBase64(source: Uint8Array, from: number, end: number): string {
  let text = ''
  for (let at = from; at < end; at += 3) {
    const left = end - at
    const word =
      ((source[at] as number) << 16) | ((left > 1 ? (source[at + 1] as number) : 0) << 8) | (left > 2 ? (source[at + 2] as number) : 0)
    text += alphabet.charAt(word >> 18) + alphabet.charAt((word >> 12) & 63)
    text += left > 1 ? alphabet.charAt((word >> 6) & 63) : '='
    text += left > 2 ? alphabet.charAt(word & 63) : '='
  }
  return text
}
