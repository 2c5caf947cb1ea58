/** How events are written. */
export type BodyKind = 'ndjson' | 'json' | 'csv'

export interface Body {
  readonly bytes: Uint8Array
  /** Bytes of the input that it stands for, for progress. */
  readonly inputBytes: number
}

/** A body's target size: well below what the server takes, large enough to make requests rare. */
const bodyBytes = 1024 * 1024
const newline = 10
const quote = 34

export function kindOfFile(file: string | undefined): BodyKind {
  if (file?.endsWith('.csv')) return 'csv'
  return file?.endsWith('.json') ? 'json' : 'ndjson'
}

/**
 * Cuts the input into bodies at the ends of rows, whatever its size; memory is bounded by one body. CSV bodies each
 * begin with the header. A JSON array is read whole by its elements and sent as arrays.
 */
export async function* bodiesOf(input: AsyncIterable<Uint8Array>, kind: BodyKind): AsyncGenerator<Body> {
  if (kind === 'json') yield* arrayBodies(input)
  else yield* lineBodies(input, kind === 'csv')
}

async function* lineBodies(input: AsyncIterable<Uint8Array>, csv: boolean): AsyncGenerator<Body> {
  let waiting: Uint8Array[] = []
  let size = 0
  let header: Uint8Array | null = null
  const take = (all: Uint8Array, end: number): Body => {
    const rows = all.subarray(0, end)
    if (!csv) return { bytes: rows, inputBytes: end }
    if (header === null) {
      header = rows.slice(0, rowEnd(rows))
      return { bytes: rows, inputBytes: end }
    }
    return { bytes: Buffer.concat([header, rows]), inputBytes: end }
  }
  for await (const chunk of input) {
    waiting.push(chunk)
    size += chunk.length
    if (size < bodyBytes) continue
    const all = waiting.length === 1 ? chunk : Buffer.concat(waiting)
    const end = csv ? lastCsvRowEnd(all) : all.lastIndexOf(newline) + 1
    if (end > 0) yield take(all, end)
    waiting = end < all.length ? [all.slice(end)] : []
    size = all.length - end
  }
  if (size > 0) yield take(Buffer.concat(waiting), size)
}

/** The end of the last row that is whole: a newline outside quotes. */
function lastCsvRowEnd(bytes: Uint8Array): number {
  let quoted = false
  let end = 0
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === quote) quoted = !quoted
    else if (bytes[at] === newline && !quoted) end = at + 1
  }
  return end
}

function rowEnd(bytes: Uint8Array): number {
  let quoted = false
  for (let at = 0; at < bytes.length; at++) {
    if (bytes[at] === quote) quoted = !quoted
    else if (bytes[at] === newline && !quoted) return at + 1
  }
  return bytes.length
}

/** Elements of a top-level array (or a single object), found by depth, so that the whole is never in memory. */
async function* arrayBodies(input: AsyncIterable<Uint8Array>): AsyncGenerator<Body> {
  let rest: Uint8Array = new Uint8Array(0)
  let elements: Uint8Array[] = []
  let size = 0
  let read = 0
  const flush = (): Body => {
    const parts: Uint8Array[] = [Buffer.from('[')]
    elements.forEach((element, index) => {
      if (index > 0) parts.push(Buffer.from(','))
      parts.push(element)
    })
    parts.push(Buffer.from(']'))
    const body = { bytes: Buffer.concat(parts), inputBytes: read }
    elements = []
    size = 0
    read = 0
    return body
  }
  const scan = new ElementScan()
  for await (const chunk of input) {
    read += chunk.length
    const all: Uint8Array = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const ends = scan.feed(all, rest.length)
    for (const { start, end } of ends) {
      elements.push(all.slice(start, end))
      size += end - start
      if (size >= bodyBytes) yield flush()
    }
    const keep = scan.open ?? all.length
    rest = all.slice(keep)
    scan.moved(keep)
  }
  if (elements.length > 0) yield flush()
  // What is left is no whole element: the server says what is wrong with it, and where.
  if (rest.length > 0) yield { bytes: rest, inputBytes: read }
}

/** Finds objects that stand directly in the top-level array, or are the top level themselves. */
class ElementScan {
  /** Where the element that is under way began. */
  open: number | null = null
  /** It is a number, a word or a string: it ends before the next comma, bracket or space. */
  #scalar = false
  #depth = 0
  #base: number | null = null
  #inString = false
  #escaped = false

  feed(bytes: Uint8Array, from: number): { start: number; end: number }[] {
    const found: { start: number; end: number }[] = []
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]
      if (this.#inString) {
        if (this.#escaped) this.#escaped = false
        else if (byte === 92) this.#escaped = true
        else if (byte === quote) this.#inString = false
        continue
      }
      if (this.#scalar && (byte === 44 || byte === 93 || byte === 125 || isSpace(byte))) {
        if (this.open !== null) found.push({ start: this.open, end: at })
        this.open = null
        this.#scalar = false
      }
      if (byte === quote) {
        this.#inString = true
        this.#beginScalar(at)
      } else if (byte === 123 || byte === 91) {
        if (this.#base === null) this.#base = byte === 91 ? 1 : 0
        if (this.#depth === this.#base && this.open === null) this.open = at
        this.#depth++
      } else if (byte === 125 || byte === 93) {
        this.#depth--
        if (this.open !== null && this.#depth === this.#base) {
          found.push({ start: this.open, end: at + 1 })
          this.open = null
        }
      } else if (byte !== 44 && !isSpace(byte)) this.#beginScalar(at)
    }
    return found
  }

  /** What is no object is sent too: the server refuses it by name, and it is counted. */
  #beginScalar(at: number): void {
    if (this.open !== null || this.#depth !== (this.#base ?? 0)) return
    this.open = at
    this.#scalar = true
  }

  moved(by: number): void {
    if (this.open !== null) this.open -= by
  }
}

const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9
