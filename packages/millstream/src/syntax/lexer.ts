import { errors } from '../base/errors.ts'
import type { Dialect } from './dialect.ts'
import type { Span } from './span.ts'
import type { Token, TokenKind } from './token.ts'

// Longest first, so that the first that matches is the token.
const symbols = ['/*+', '||', '<>', '!=', '<=', '>=', '=>', '->', '**', '{-', '-}', ...'+-*/%=<>(),.;[]{}?:|^$@'] as const
const identifierStart = /[\p{L}\p{Nl}_$]/u
const identifierPart = /[\p{L}\p{Nl}\p{Nd}\p{Mn}\p{Mc}\p{Pc}_$]/u
const number = /(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?/y
const hexDigits = /^[0-9a-fA-F]*$/
const charset = /_([A-Za-z0-9:.-]+)'/y

/** Cuts a text into tokens, the last of kind 'end'. Comments are dropped; a hint's brackets are symbols. */
export function tokenize(text: string, dialect: Dialect): Token[] {
  return new Lexer(text, dialect).run()
}

class Lexer {
  readonly #text: string
  readonly #dialect: Dialect
  readonly #tokens: Token[] = []
  #position = 0
  #line = 1
  #lineStart = 0
  #inHint = false

  constructor(text: string, dialect: Dialect) {
    this.#text = text
    this.#dialect = dialect
  }

  run(): Token[] {
    for (;;) {
      this.#skipBlanks()
      if (this.#position >= this.#text.length) break
      this.#token()
    }
    this.#push('end', '', this.#mark())
    return this.#tokens
  }

  #token(): void {
    const start = this.#mark()
    const text = this.#text
    const character = text[start.start] as string
    if (character === "'") {
      this.#push('string', this.#quotedText("'", 'a string', start), start)
      return
    }
    if (character === this.#dialect.identifierQuote) {
      const name = this.#quotedText(character, 'a quoted name', start)
      if (name === '') throw errors.fail('MS-2002', { what: 'an empty quoted name' }, this.#span(start))
      this.#push('quoted', name, start)
      return
    }
    if (isDigit(character) || (character === '.' && isDigit(text[start.start + 1] ?? ''))) {
      this.#number(start)
      return
    }
    const point = String.fromCodePoint(text.codePointAt(start.start) as number)
    if (identifierStart.test(point)) {
      this.#word(start)
      return
    }
    if (this.#inHint && text.startsWith('*/', start.start)) {
      this.#inHint = false
      this.#position += 2
      this.#push('symbol', '*/', start)
      return
    }
    for (const symbol of symbols) {
      if (!text.startsWith(symbol, start.start)) continue
      this.#position += symbol.length
      if (symbol === '/*+') this.#inHint = true
      if (symbol === '!=' && !this.#dialect.lax) throw errors.fail('MS-2002', { what: '!=, which Flink writes <>' }, this.#span(start))
      this.#push('symbol', symbol === '!=' ? '<>' : symbol, start)
      return
    }
    this.#position += point.length
    throw errors.fail(
      'MS-2002',
      { what: `the character ${point === '"' ? '" (names are quoted with `, strings with \')' : point}` },
      this.#span(start),
    )
  }

  #number(start: Mark): void {
    number.lastIndex = start.start
    const match = (number.exec(this.#text) as RegExpExecArray)[0]
    this.#position += match.length
    this.#push('number', match, start)
  }

  #word(start: Mark): void {
    charset.lastIndex = start.start
    const named = charset.exec(this.#text)
    if (named !== null) {
      this.#position += named[0].length - 1
      this.#charset((named[1] as string).toUpperCase(), start)
      return
    }
    while (this.#position < this.#text.length) {
      const point = String.fromCodePoint(this.#text.codePointAt(this.#position) as number)
      if (!identifierPart.test(point)) break
      this.#position += point.length
    }
    const raw = this.#text.slice(start.start, this.#position)
    const upper = raw.toUpperCase()
    // X'AB', N'text', U&'\0041', _UTF16'text': prefixes stick to the quote.
    if (this.#text[this.#position] === "'") {
      if (upper === 'E') {
        this.#escaped(start)
        return
      }
      if (upper === 'X') {
        this.#binary(start)
        return
      }
      if (upper === 'N') {
        this.#push('string', this.#quotedText("'", 'a string', start), start)
        return
      }
    }
    if (upper === 'U' && this.#text.startsWith("&'", this.#position)) {
      this.#position++
      this.#push('string', this.#unicode(this.#quotedText("'", 'a string', start), start), start)
      return
    }
    this.#push('word', upper, start)
  }

  /** E'\n\x41\u0041': backslashes as in C. */
  #escaped(start: Mark): void {
    const body = /^'((?:[^'\\]|''|\\[\s\S])*)'/.exec(this.#text.slice(this.#position))
    if (body === null) throw errors.fail('MS-2002', { what: "a string without its closing '" }, this.#span(start))
    this.#countLines(this.#position, this.#position + body[0].length)
    this.#position += body[0].length
    const plain = (body[1] as string).replaceAll("''", "'")
    const value = plain.replace(
      /\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|([\s\S]))/g,
      (whole, x, u, long, octal, one) => {
        if (x ?? u ?? long) return String.fromCodePoint(Math.min(Number.parseInt(x ?? u ?? long, 16), 0x10ffff))
        if (octal) return String.fromCharCode(Number.parseInt(octal, 8))
        return { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' }[one as string] ?? one ?? whole
      },
    )
    this.#push('string', value, start)
  }

  #binary(start: Mark): void {
    const digits = this.#quotedText("'", 'a binary string', start)
    if (!hexDigits.test(digits))
      throw errors.fail('MS-2002', { what: 'a binary string that is not of hexadecimal digits' }, this.#span(start))
    this.#push('binary', digits, start)
  }

  #charset(name: string, start: Mark): void {
    const value = this.#quotedText("'", 'a string', start)
    if (!['UTF8', 'UTF16', 'UTF-16', 'UTF16LE', 'LATIN1', 'ISO-8859-1', 'US-ASCII'].includes(name)) {
      throw errors.fail('MS-2002', { what: `the character set ${name}` }, this.#span(start))
    }
    this.#push('string', value, start)
  }

  #unicode(value: string, start: Mark): string {
    const written = /^\s*UESCAPE\s*'([^'0-9a-fA-F\s+"])'/i.exec(this.#text.slice(this.#position))
    if (written !== null) this.#position += written[0].length
    const sign = written?.[1] ?? '\\'
    let result = ''
    for (let i = 0; i < value.length; i++) {
      if (value[i] !== sign) result += value[i]
      else if (value[i + 1] === sign) {
        result += sign
        i++
      } else {
        const digits = value.slice(i + 1, i + 5)
        if (!/^[0-9a-fA-F]{4}$/.test(digits))
          throw errors.fail('MS-2002', { what: `the Unicode escape ${sign}${digits}` }, this.#span(start))
        result += String.fromCharCode(Number.parseInt(digits, 16))
        i += 4
      }
    }
    return result
  }

  /** From the opening quote on; a doubled quote stands for itself. */
  #quotedText(quote: string, what: string, start: Mark): string {
    let value = ''
    for (let from = this.#position + 1; ; ) {
      const end = this.#text.indexOf(quote, from)
      if (end < 0) {
        this.#position = start.start + 1
        throw errors.fail('MS-2002', { what: `${what} without its closing ${quote}` }, this.#span(start))
      }
      value += this.#text.slice(from, end)
      this.#countLines(this.#position, end)
      this.#position = end + 1
      if (this.#text[end + 1] !== quote) return value
      value += quote
      from = end + 2
    }
  }

  #skipBlanks(): void {
    const text = this.#text
    while (this.#position < text.length) {
      const character = text[this.#position] as string
      if (character === '\n') this.#countLines(this.#position, ++this.#position)
      else if (/\s|\ufeff/.test(character)) this.#position++
      else if (text.startsWith('--', this.#position) || text.startsWith('//', this.#position)) {
        const end = text.indexOf('\n', this.#position)
        this.#position = end < 0 ? text.length : end
      } else if (text.startsWith('/*', this.#position) && !(text[this.#position + 2] === '+' && text[this.#position + 3] !== '/')) {
        const start = this.#mark()
        const end = text.indexOf('*/', this.#position + 2)
        if (end < 0) {
          this.#position += 2
          throw errors.fail('MS-2002', { what: 'a comment without its closing */' }, this.#span(start))
        }
        this.#countLines(this.#position, end)
        this.#position = end + 2
      } else return
    }
  }

  #countLines(from: number, to: number): void {
    for (let at = this.#text.indexOf('\n', from); at >= 0 && at < to; at = this.#text.indexOf('\n', at + 1)) {
      this.#line++
      this.#lineStart = at + 1
    }
  }

  #mark(): Mark {
    return { start: this.#position, line: this.#line, column: this.#position - this.#lineStart + 1 }
  }

  #span(mark: Mark): Span {
    const endColumn = Math.max(this.#position - this.#lineStart, this.#line === mark.line ? mark.column : 1)
    return { line: mark.line, column: mark.column, endLine: this.#line, endColumn, start: mark.start, end: this.#position }
  }

  #push(kind: TokenKind, text: string, start: Mark): void {
    this.#tokens.push({ kind, text, raw: this.#text.slice(start.start, this.#position), at: this.#span(start) })
  }
}

interface Mark {
  readonly start: number
  readonly line: number
  readonly column: number
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9'
