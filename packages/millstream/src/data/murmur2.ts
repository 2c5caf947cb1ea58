/**
 * Kafka's murmur2 (org.apache.kafka.common.utils.Utils.murmur2) of `bytes[from .. to]`, as a signed int32. Its default
 * partitioner places a key at `(murmur2(key) & 0x7fffffff) % partitions`.
 */
export function murmur2(bytes: Uint8Array, from = 0, to = bytes.length): number {
  const m = 0x5bd1e995
  let hash = 0x9747b28c ^ (to - from)
  let at = from
  for (; at + 4 <= to; at += 4) {
    let word =
      (bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16) | ((bytes[at + 3] as number) << 24)
    word = Math.imul(word, m)
    word = Math.imul(word ^ (word >>> 24), m)
    hash = Math.imul(hash, m) ^ word
  }
  const rest = to - at
  if (rest > 0) {
    if (rest > 2) hash ^= (bytes[at + 2] as number) << 16
    if (rest > 1) hash ^= (bytes[at + 1] as number) << 8
    hash = Math.imul(hash ^ (bytes[at] as number), m)
  }
  hash = Math.imul(hash ^ (hash >>> 13), m)
  return hash ^ (hash >>> 15)
}

export const kafkaPartition = (hash: number, partitions: number): number => (hash & 0x7fffffff) % partitions
