import { call, type DataType, literal, type Scalar } from '../model/dataset-query.ts'
import { expressionFunctions } from './expression-functions.ts'
import { arithmetic, comparison, numeric, truth } from './expression-operators.ts'
import { invalid, notYet } from './json.ts'
import { castTo } from './scope.ts'

/**
 * Druid's expression language as a scalar.
 *
 *   expr    = or ; or = and { '||' and } ; and = compare { '&&' compare }
 *   compare = sum { ('<' | '<=' | '>' | '>=' | '==' | '!=') sum } ; sum = product { ('+' | '-') product }
 *   product = power { ('*' | '/' | '%') power } ; power = unary [ '^' power ] ; unary = ('-' | '!') unary | primary
 *   primary = number | 'text' | name | "name" | name '(' [expr { ',' expr }] ')' | '(' expr ')' | '[' literals ']' | null
 */
export function parseExpression(text: string, nameOf: (name: string) => Scalar): Scalar {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): Token => tokens[at] as Token
  const take = (): Token => tokens[at++] as Token
  const accept = (...operators: string[]): string | null => {
    const token = peek()
    if (token.kind !== 'operator' || !operators.includes(token.text)) return null
    at++
    return token.text
  }
  const expect = (operator: string): void => {
    if (accept(operator) === null) throw invalid(`Expected '${operator}' at character ${peek().at + 1} of expression [${text}]`)
  }

  const binary =
    (next: () => Scalar, operators: readonly string[], make: (operator: string, left: Scalar, right: Scalar) => Scalar) => (): Scalar => {
      let left = next()
      for (let operator = accept(...operators); operator !== null; operator = accept(...operators)) left = make(operator, left, next())
      return left
    }
  const primary = (): Scalar => {
    const token = take()
    switch (token.kind) {
      case 'number':
        return /^\d+$/.test(token.text) ? literal(integer(token.text), 'LONG') : literal(Number(token.text), 'DOUBLE')
      case 'text':
        return literal(token.text, 'STRING')
      case 'name': {
        if (accept('(') !== null) {
          const args: Scalar[] = []
          if (accept(')') === null) {
            do args.push(expression())
            while (accept(',') !== null)
            expect(')')
          }
          const known = expressionFunctions[token.text.toLowerCase()]
          if (known === undefined) throw invalid(`Function '${token.text}' is not known in expression [${text}]`)
          return known(args, token.text)
        }
        if (!token.quoted && token.text === 'null') return literal(null, 'STRING')
        return nameOf(token.text)
      }
      case 'operator':
        if (token.text === '(') {
          const inner = expression()
          expect(')')
          return inner
        }
        if (token.text === '[') {
          const items: Scalar[] = []
          if (accept(']') === null) {
            do items.push(expression())
            while (accept(',') !== null)
            expect(']')
          }
          return listLiteral(items)
        }
        break
      default:
    }
    throw invalid(`Unexpected ${token.kind === 'end' ? 'end' : `'${token.text}'`} at character ${token.at + 1} of expression [${text}]`)
  }
  const unary = (): Scalar => {
    const operator = accept('-', '!')
    if (operator === null) return primary()
    const value = unary()
    if (operator === '!') return call('not', [truth(value)], 'BOOLEAN')
    if (value.kind === 'literal' && typeof value.value === 'number') return literal(-value.value, value.type)
    const number = numeric(value)
    return call('negate', [number], number.type)
  }
  const power = (): Scalar => {
    const base = unary()
    if (accept('^') === null) return base
    const exponent = power()
    const result = call('pow', [numeric(base), numeric(exponent)], 'DOUBLE')
    return base.type === 'LONG' && exponent.type === 'LONG' ? castTo(result, 'LONG') : result
  }
  const product = binary(power, ['*', '/', '%'], arithmetic)
  const sum = binary(product, ['+', '-'], arithmetic)
  const compare = binary(sum, ['<=', '>=', '<', '>', '==', '!='], comparison)
  const both = binary(compare, ['&&'], (_, left, right) => call('and', [truth(left), truth(right)], 'BOOLEAN'))
  const expression = binary(both, ['||'], (_, left, right) => call('or', [truth(left), truth(right)], 'BOOLEAN'))

  const result = expression()
  if (peek().kind !== 'end') throw invalid(`Unexpected '${peek().text}' at character ${peek().at + 1} of expression [${text}]`)
  return result
}

function integer(text: string): number | bigint {
  const number = Number(text)
  return Number.isSafeInteger(number) ? number : BigInt.asIntN(64, BigInt(text))
}

function listLiteral(items: readonly Scalar[]): Scalar {
  const values = items.map((item) => {
    if (item.kind !== 'literal' || Array.isArray(item.value)) throw notYet('an array of other than constants')
    return item.value as string | number | bigint | boolean | null
  })
  const type: DataType = items.some((item) => item.type === 'STRING')
    ? 'STRINGS'
    : items.some((item) => item.type === 'DOUBLE')
      ? 'DOUBLES'
      : 'LONGS'
  return literal(values, type)
}

interface Token {
  readonly kind: 'number' | 'text' | 'name' | 'operator' | 'end'
  readonly text: string
  readonly quoted: boolean
  readonly at: number
}

const tokenForm =
  /\s+|(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)|'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([A-Za-z_][A-Za-z0-9_]*)|(\|\||&&|<=|>=|==|!=|->|[-+*/%^()[\],<>!:])/y

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < text.length; ) {
    tokenForm.lastIndex = at
    const match = tokenForm.exec(text)
    if (match === null) throw invalid(`Unexpected '${text[at]}' at character ${at + 1} of expression [${text}]`)
    const [whole, number, string, quoted, name, operator] = match
    if (number !== undefined) tokens.push({ kind: 'number', text: number, quoted: false, at })
    else if (string !== undefined) tokens.push({ kind: 'text', text: unescaped(string), quoted: true, at })
    else if (quoted !== undefined) tokens.push({ kind: 'name', text: unescaped(quoted), quoted: true, at })
    else if (name !== undefined) tokens.push({ kind: 'name', text: name, quoted: false, at })
    else if (operator !== undefined) {
      if (operator === '->') throw notYet('a lambda in an expression')
      tokens.push({ kind: 'operator', text: operator, quoted: false, at })
    }
    at += whole.length
  }
  tokens.push({ kind: 'end', text: '', quoted: false, at: text.length })
  return tokens
}

const controls: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }
const unescaped = (text: string): string =>
  text.replace(/\\(u[0-9a-fA-F]{4}|.)/gs, (_, mark: string) =>
    mark.length === 5 ? String.fromCharCode(Number.parseInt(mark.slice(1), 16)) : (controls[mark] ?? mark),
  )
