import { errors } from '../base/errors.ts'

/** An object of a query's JSON, with what a reader needs to complain by name. */
export type Json = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)

export function invalid(what: string): Error {
  return errors.fail('MS-6001', { what })
}

export function notYet(feature: string): Error {
  return errors.fail('MS-6000', { feature })
}

export function objectOf(value: unknown, what: string): Json {
  if (!isObject(value)) throw invalid(`${what} must be an object`)
  return value
}

export function listOf(value: unknown, what: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw invalid(`${what} must be a list`)
  return value
}

export function textOf(json: Json, key: string, what: string): string {
  const value = json[key]
  if (typeof value !== 'string') throw invalid(`${what} needs '${key}', a text`)
  return value
}

export function numberOf(json: Json, key: string, otherwise: number): number {
  const value = json[key]
  if (value === undefined || value === null) return otherwise
  const number = typeof value === 'string' ? Number(value) : value
  if (typeof number !== 'number' || !Number.isFinite(number)) throw invalid(`'${key}' must be a number`)
  return number
}

/** Context flags come as booleans or as their text. */
export function flagOf(json: Json, key: string, otherwise: boolean): boolean {
  const value = json[key]
  if (value === undefined || value === null) return otherwise
  return value === true || (typeof value === 'string' && value.toLowerCase() === 'true')
}

/** Text of a value that may hold bigints: all digits are kept. Doubles are written as JSON has them, NaN and infinities as text. */
export function jsonText(value: unknown): string {
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number') return Number.isFinite(value) ? JSON.stringify(value) : JSON.stringify(String(value))
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`
  if (isObject(value)) {
    const parts: string[] = []
    for (const key of Object.keys(value)) {
      if (value[key] !== undefined) parts.push(`${JSON.stringify(key)}:${jsonText(value[key])}`)
    }
    return `{${parts.join(',')}}`
  }
  return JSON.stringify(value ?? null)
}
