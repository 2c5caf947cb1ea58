/** A DOUBLE as Java prints it: `1.0`, `1.2345678E7`, `1.0E-4`, `NaN`, `Infinity`. */
export function doubleText(value: number): string {
  return javaText(value, String)
}

/** A FLOAT as Java prints it: the shortest digits that give the same 32 bits. */
export function floatText(value: number): string {
  return javaText(value, shortestFloat)
}

function shortestFloat(value: number): string {
  for (let digits = 1; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return value.toPrecision(9)
}

function javaText(value: number, digitsOf: (value: number) => string): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity'
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0'
  const sign = value < 0 ? '-' : ''
  const size = Math.abs(value)
  const { digits, exponent } = scientific(digitsOf(size))
  if (size >= 1e-3 && size < 1e7) return sign + plain(digits, exponent)
  return `${sign}${digits[0]}.${digits.slice(1) || '0'}E${exponent}`
}

/** Significant digits without trailing zeros, and the exponent of the first one. */
function scientific(text: string): { digits: string; exponent: number } {
  const [mantissa = '', power = '0'] = text.split('e')
  const [whole = '', fraction = ''] = mantissa.split('.')
  const all = whole + fraction
  const lead = all.search(/[1-9]/)
  return { digits: all.slice(lead).replace(/0+$/, ''), exponent: whole.length - 1 - lead + Number(power) }
}

function plain(digits: string, exponent: number): string {
  if (exponent < 0) return `0.${'0'.repeat(-exponent - 1)}${digits}`
  const padded = digits.padEnd(exponent + 1, '0')
  return `${padded.slice(0, exponent + 1)}.${padded.slice(exponent + 1) || '0'}`
}

const numberForm = /^[+-]?(NaN|Infinity|((\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)[fFdD]?)$/

/** What Java's Double.parseDouble takes, or null. */
export function parseDouble(text: string): number | null {
  const trimmed = text.trim()
  if (!numberForm.test(trimmed)) return null
  return Number(trimmed.replace(/[fFdD]$/, (suffix, at) => (at > 0 ? '' : suffix)).replace(/^\+/, ''))
}
