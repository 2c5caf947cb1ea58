/**
 * JSON for our own data that may hold what JSON has no form for: bigint as `{"$bigint": "123"}`, bytes as
 * `{"$bytes": "base64"}`. Slower than plain JSON: for plans and the like, never for rows.
 */
export function taggedText(value: unknown): string {
  return JSON.stringify(value, (_key, one: unknown) => {
    if (typeof one === 'bigint') return { $bigint: String(one) }
    if (one instanceof Uint8Array) return { $bytes: Buffer.from(one).toString('base64') }
    return one
  })
}

export function taggedValue(text: string): unknown {
  return JSON.parse(text, (_key, one: unknown) => {
    if (typeof one !== 'object' || one === null) return one
    if ('$bigint' in one) return BigInt(String(one.$bigint))
    if ('$bytes' in one) return new Uint8Array(Buffer.from(String(one.$bytes), 'base64'))
    return one
  })
}
