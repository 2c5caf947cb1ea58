import type { Hint, Property } from '../ast/query.ts'
import type { Cursor } from './cursor.ts'

/** The hints after SELECT or a table's name; none is fine. */
export function parseHints(cursor: Cursor): Hint[] {
  if (!cursor.accept('/*+')) return []
  const hints = cursor.list(() => {
    const start = cursor.peek()
    const name = cursor.anyWord('a hint')
    const options: Property[] = []
    const words: string[] = []
    if (cursor.accept('(')) {
      if (!cursor.at(')')) {
        cursor.list(() => {
          const token = cursor.peek()
          if (token.kind === 'number') cursor.next()
          else if (token.kind === 'string') cursor.string()
          else {
            let word = cursor.anyWord('an option').name
            while (cursor.accept('.')) word += `.${cursor.anyWord().name}`
            words.push(word)
          }
          const key = { text: token.text, at: cursor.previous().at }
          if (cursor.accept('=')) {
            if (token.kind === 'word' || token.kind === 'quoted') words.pop()
            const value = cursor.string('a string as the value')
            options.push({ key: token.kind === 'word' ? token.raw : key.text, value: value.text, keyAt: token.at, valueAt: value.at })
          } else if (token.kind === 'string' || token.kind === 'number') words.push(token.text)
        })
      }
      cursor.expect(')')
    }
    return { name, options, arguments: words, at: cursor.since(start) }
  })
  cursor.expect('*/')
  return hints
}

/** `('k' = 'v', ...)`, possibly empty. */
export function parseProperties(cursor: Cursor): Property[] {
  cursor.expect('(')
  const found = cursor.at(')') ? [] : cursor.list(() => parseProperty(cursor))
  cursor.expect(')')
  return found
}

function parseProperty(cursor: Cursor): Property {
  const key = cursor.string("an option as 'key' = 'value'")
  cursor.expect('=')
  const value = cursor.string("the option's value as a string")
  return { key: key.text, value: value.text, keyAt: key.at, valueAt: value.at }
}
