import { errors } from '../../base/errors.ts'
import { near } from '../../base/near.ts'
import type { Identifier, NameNode, SqlExpression } from '../ast/expression.ts'
import type { Query } from '../ast/query.ts'
import type { Dialect } from '../dialect.ts'
import { type Span, spanning } from '../span.ts'
import type { Token } from '../token.ts'

/** The rules that refer to each other across files; `parse.ts` wires them. */
export interface Grammar {
  expression(cursor: Cursor): SqlExpression
  /** An expression that stops before comparisons and IN. */
  operand(cursor: Cursor): SqlExpression
  query(cursor: Cursor): Query
}

/** A place in the tokens, and the small words of parsing: look, accept, expect. */
export class Cursor {
  readonly text: string
  readonly dialect: Dialect
  readonly grammar: Grammar
  readonly #tokens: readonly Token[]
  #position = 0
  #parameters = 0
  #depth = 0

  constructor(text: string, tokens: readonly Token[], dialect: Dialect, grammar: Grammar) {
    this.text = text
    this.dialect = dialect
    this.grammar = grammar
    this.#tokens = tokens
  }

  get position(): number {
    return this.#position
  }

  /** Goes back (or forth) to a place that `position` gave. */
  rewind(position: number): void {
    this.#position = position
  }

  peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#position + ahead, this.#tokens.length - 1)] as Token
  }

  previous(): Token {
    return this.#tokens[Math.max(this.#position - 1, 0)] as Token
  }

  next(): Token {
    const token = this.peek()
    if (token.kind !== 'end') this.#position++
    return token
  }

  /** Whether the next tokens are these words or symbols. */
  at(...texts: readonly string[]): boolean {
    return texts.every((text, ahead) => this.isAt(text, ahead))
  }

  /** Whether the token `ahead` is this word or symbol. */
  isAt(text: string, ahead: number): boolean {
    const token = this.peek(ahead)
    return token.text === text && (token.kind === 'word' || token.kind === 'symbol')
  }

  /** Steps over these words or symbols if all of them are next. */
  accept(...texts: readonly string[]): boolean {
    if (!this.at(...texts)) return false
    this.#position += texts.length
    return true
  }

  /** The first of the words that is next, stepped over; null when none is. */
  acceptOne<T extends string>(...texts: readonly T[]): T | null {
    for (const text of texts) if (this.accept(text)) return text
    return null
  }

  expect(...texts: readonly string[]): Token {
    for (const text of texts) {
      if (!this.at(text)) throw this.unexpected([text])
      this.next()
    }
    return this.previous()
  }

  expectOne<T extends string>(...texts: readonly T[]): T {
    const found = this.acceptOne(...texts)
    if (found === null) throw this.unexpected(texts)
    return found
  }

  /** From the token where a rule began to the last one stepped over. */
  since(start: Token): Span {
    return spanning(start.at, this.previous().at)
  }

  sinceSpan(start: Span): Span {
    return spanning(start, this.previous().at)
  }

  atIdentifier(ahead = 0): boolean {
    const token = this.peek(ahead)
    return token.kind === 'quoted' || (token.kind === 'word' && !this.dialect.reserved.has(token.text))
  }

  identifier(what = 'a name'): Identifier {
    const token = this.peek()
    if (!this.atIdentifier()) throw this.unexpected([what])
    if (token.text.length > 256) throw errors.fail('MS-2002', { what: 'a name of more than 256 characters' }, token.at)
    this.next()
    return identifierOf(token)
  }

  /** A word even if it is reserved: behind a dot, in options, ... */
  anyWord(what = 'a name'): Identifier {
    const token = this.peek()
    if (token.kind !== 'word' && token.kind !== 'quoted') throw this.unexpected([what])
    this.next()
    return identifierOf(token)
  }

  /** `a.b.c`. */
  name(what = 'a name'): NameNode {
    const start = this.peek()
    // The first tenant is called default, a reserved word: with a dot behind it, it can be nothing else.
    const parts = [this.at('DEFAULT', '.') ? this.anyWord() : this.identifier(what)]
    while (this.at('.')) {
      this.next()
      parts.push(this.identifier('a name after the dot'))
    }
    return { kind: 'name', parts, at: this.since(start) }
  }

  /** `(a, b)`. */
  identifiers(): Identifier[] {
    this.expect('(')
    const names = this.list(() => this.identifier())
    this.expect(')')
    return names
  }

  /** One or more, with commas. */
  list<T>(item: () => T): T[] {
    const items = [item()]
    while (this.accept(',')) items.push(item())
    return items
  }

  string(what = 'a string'): Token {
    const token = this.peek()
    if (token.kind !== 'string') throw this.unexpected([what])
    return this.stringToken()
  }

  /** A string; 'a' 'b' is one. */
  stringToken(): Token {
    let token = this.next()
    while (this.peek().kind === 'string') {
      const more = this.next()
      token = { ...token, text: token.text + more.text, raw: `${token.raw}\n${more.raw}`, at: spanning(token.at, more.at) }
    }
    return token
  }

  /** An unsigned whole number. */
  integer(what = 'a number'): number {
    const token = this.peek()
    if (token.kind !== 'number' || !/^\d+$/.test(token.text)) throw this.unexpected([what])
    this.next()
    return Number(token.text)
  }

  expression(): SqlExpression {
    return this.grammar.expression(this)
  }

  query(): Query {
    return this.grammar.query(this)
  }

  nextParameter(): number {
    return this.#parameters++
  }

  /** Guards recursion: hostile input must not exhaust the stack. */
  deeper<T>(depthMax: number, parse: () => T): T {
    if (++this.#depth > depthMax) throw errors.fail('MS-2002', { what: `more than ${depthMax} levels of nesting` }, this.peek().at)
    try {
      return parse()
    } finally {
      this.#depth--
    }
  }

  /** The error for the token that is next. */
  unexpected(expected: readonly string[]): Error {
    const token = this.peek()
    const found = token.kind === 'end' ? 'the end of the text' : token.raw.length > 60 ? `${token.raw.slice(0, 60)}...` : token.raw
    const wantsName = expected.some((text) => /^an? /.test(text))
    const reserved = wantsName && token.kind === 'word' && this.dialect.reserved.has(token.text)
    const keywords = expected.filter((text) => /^[A-Z_]+$/.test(text))
    const quote = this.dialect.identifierQuote
    return errors.fail(
      'MS-2001',
      {
        found,
        expected,
        near: token.kind === 'word' && !reserved ? near(token.text, keywords) : [],
        quoted: reserved ? `${quote}${token.raw}${quote}` : null,
      },
      token.at,
    )
  }
}

function identifierOf(token: Token): Identifier {
  return { name: token.kind === 'quoted' ? token.text : token.raw, quoted: token.kind === 'quoted', at: token.at }
}
