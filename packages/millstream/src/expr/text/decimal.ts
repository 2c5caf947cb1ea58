/** DECIMAL values are unscaled bigints; scales travel with the types. Rounding is HALF_UP: ties away from zero. */

const powers: bigint[] = []
for (let power = 1n; powers.length <= 80; power *= 10n) powers.push(power)

export function power10(exponent: number): bigint {
  return powers[exponent] ?? 10n ** BigInt(exponent)
}

export function divideHalfUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor
  const rest = dividend % divisor
  const twice = rest < 0n ? -2n * rest : 2n * rest
  if (twice < (divisor < 0n ? -divisor : divisor)) return quotient
  return dividend < 0n === divisor < 0n ? quotient + 1n : quotient - 1n
}

/** The same number at another scale. */
export function rescale(unscaled: bigint, from: number, to: number): bigint {
  if (from === to) return unscaled
  return from < to ? unscaled * power10(to - from) : divideHalfUp(unscaled, power10(from - to))
}

/** Null when it has more digits than `precision`: Flink's DECIMAL overflow. */
export function fit(unscaled: bigint, precision: number): bigint | null {
  const bound = power10(precision)
  return unscaled < bound && unscaled > -bound ? unscaled : null
}

export function decimalText(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled)
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0')
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

export interface BigNumber {
  readonly unscaled: bigint
  readonly scale: number
}

const decimalForm = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,4}))?$/

/** A number's exact value from its text (`-1.50e3`), or null. */
export function parseDecimal(text: string): BigNumber | null {
  const match = decimalForm.exec(text.trim())
  if (match === null) return null
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  if (whole.length + fraction.length === 0) return null
  const digits = BigInt(whole + fraction)
  const scale = fraction.length - Number(exponent)
  const unscaled = sign === '-' ? -digits : digits
  return scale >= 0 ? { unscaled, scale } : { unscaled: unscaled * power10(-scale), scale: 0 }
}

/** Divides as Flink does: 38 significant digits first, then the result's scale. */
export function divide(a: bigint, scaleA: number, b: bigint, scaleB: number, scale: number): bigint {
  const digits = (value: bigint): number => String(value < 0n ? -value : value).length
  const extra = Math.max(0, 38 - digits(a) + digits(b) + 1)
  const shifted = a * power10(extra)
  const over = digits(shifted / b) - 38
  const quotient = over > 0 ? divideHalfUp(shifted, b * power10(over)) : divideHalfUp(shifted, b)
  const quotientScale = extra + scaleA - scaleB - Math.max(0, over)
  return quotientScale >= scale ? rescale(quotient, quotientScale, scale) : quotient * power10(scale - quotientScale)
}

/** The decimal that Java's BigDecimal.valueOf(double) is: the shortest digits, exactly. Null for NaN and infinities. */
export function decimalOfDouble(value: number, text: (value: number) => string = String): BigNumber | null {
  return Number.isFinite(value) ? parseDecimal(text(value)) : null
}

export function doubleOfDecimal(unscaled: bigint, scale: number): number {
  return scale === 0 ? Number(unscaled) : Number(decimalText(unscaled, scale))
}
