import { assert } from '../base/assert.ts'

/** How a column's buffers are to be read; the text form stands in block directories: `map(dictionary8,list(int32))`. */
export interface Encoding {
  readonly name: EncodingName
  /** Of list (1), map (2) and row. */
  readonly children: readonly Encoding[]
}

const names = [
  'empty',
  'bool',
  'int8',
  'int16',
  'int32',
  'int64',
  'int64wide',
  'float32',
  'float64',
  'decimal128',
  'nanos',
  'bytes',
  'dictionary8',
  'dictionary16',
  'dictionary32',
  'list',
  'map',
  'row',
] as const
export type EncodingName = (typeof names)[number]

export function encodingText(encoding: Encoding): string {
  return encoding.children.length === 0 ? encoding.name : `${encoding.name}(${encoding.children.map(encodingText).join(',')})`
}

export function parseEncoding(text: string): Encoding {
  let at = 0
  const one = (): Encoding => {
    const start = at
    while (at < text.length && !'(),'.includes(text[at] as string)) at++
    const name = text.slice(start, at)
    assert(isName(name), `'${text}' is a column encoding`)
    const children: Encoding[] = []
    if (text[at] === '(') {
      do {
        at++
        children.push(one())
      } while (text[at] === ',')
      assert(text[at] === ')', `'${text}' closes what it opens`)
      at++
    }
    return { name, children }
  }
  const encoding = one()
  assert(at === text.length, `'${text}' is one column encoding`)
  return encoding
}

function isName(name: string): name is EncodingName {
  return (names as readonly string[]).includes(name)
}
