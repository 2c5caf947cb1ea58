import type { BytesColumn, Column, DictionaryColumn } from './column.ts'

/**
 * Dictionary columns one after the other, with one dictionary; null when plain bytes serve better: a column among them has
 * no dictionary, or there are about as many entries as rows. Dictionaries that are one another's beginning, as those of
 * one scanner are, cost no lookup.
 */
export function joinDictionaries(columns: readonly Column[], rows: number): Pick<DictionaryColumn, 'layout' | 'ids' | 'dictionary'> | null {
  let base: BytesColumn | null = null
  for (const column of columns) {
    if (column.layout !== 'dictionary') return null
    if (base === null || column.dictionary.length > base.length) base = column.dictionary
  }
  if (base === null || base.length > rows) return null
  const ids = new Int32Array(rows)
  let joined: Joined | null = null
  let at = 0
  for (const column of columns) {
    if (column.layout !== 'dictionary') return null
    if (startsWith(base, column.dictionary)) ids.set(column.ids.subarray(0, column.length), at)
    else {
      joined ??= new Joined(base)
      const places = joined.places(column.dictionary)
      for (let row = 0; row < column.length; row++) ids[at + row] = places[column.ids[row] as number] as number
      if (joined.count > rows) return null
    }
    at += column.length
  }
  return { layout: 'dictionary', ids, dictionary: joined?.dictionary() ?? base }
}

/** The entries of `other` are the first ones of `base`. */
function startsWith(base: BytesColumn, other: BytesColumn): boolean {
  if (base === other) return true
  const shift = (base.offsets[0] as number) - (other.offsets[0] as number)
  for (let entry = 0; entry <= other.length; entry++) {
    if ((base.offsets[entry] as number) !== (other.offsets[entry] as number) + shift) return false
  }
  const end = other.offsets[other.length] as number
  for (let at = other.offsets[0] as number; at < end; at++) if (base.bytes[at + shift] !== other.bytes[at]) return false
  return true
}

/** A dictionary that takes in the entries of others. */
class Joined {
  readonly #parts: Uint8Array[] = []
  readonly #base: BytesColumn
  readonly #ids = new Map<string, number>()

  constructor(base: BytesColumn) {
    this.#base = base
    this.places(base)
  }

  get count(): number {
    return this.#parts.length
  }

  /** Where each entry of `dictionary` stands in the joined one. */
  places(dictionary: BytesColumn): Int32Array {
    const places = new Int32Array(dictionary.length)
    for (let entry = 0; entry < dictionary.length; entry++) {
      const bytes = dictionary.bytes.subarray(dictionary.offsets[entry], dictionary.offsets[entry + 1])
      // Each byte a character: two texts are equal exactly when their bytes are.
      const key = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
      let id = this.#ids.get(key)
      if (id === undefined || (dictionary === this.#base && entry !== id)) {
        id = this.#parts.length
        this.#ids.set(key, id)
        this.#parts.push(bytes)
      }
      places[entry] = id
    }
    return places
  }

  dictionary(): BytesColumn {
    const offsets = new Int32Array(this.#parts.length + 1)
    this.#parts.forEach((part, entry) => {
      offsets[entry + 1] = (offsets[entry] as number) + part.length
    })
    const bytes = new Uint8Array(offsets[this.#parts.length] as number)
    this.#parts.forEach((part, entry) => {
      bytes.set(part, offsets[entry])
    })
    return { type: this.#base.type, length: this.#parts.length, validity: null, layout: 'bytes', offsets, bytes }
  }
}
