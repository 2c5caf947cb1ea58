const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 })
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 })

export const count = (value: number): string => whole.format(value)

export function rate(perSecond: number): string {
  if (perSecond === 0) return '0/s'
  return perSecond < 10
    ? `${perSecond.toFixed(1)}/s`
    : perSecond < 10_000
      ? `${whole.format(perSecond)}/s`
      : `${compact.format(perSecond)}/s`
}

export function bytes(size: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let unit = 0
  let value = size
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value < 10 && unit > 0 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`
}

export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 3_600_000) return `${Math.floor(ms / 60_000)} min ${Math.floor((ms % 60_000) / 1000)} s`
  return `${Math.floor(ms / 3_600_000)} h ${Math.floor((ms % 3_600_000) / 60_000)} min`
}

export const instant = (ms: number): string => new Date(ms).toISOString().replace('T', ' ').replace('Z', '')
export const clock = (ms: number): string => new Date(ms).toISOString().slice(11, 19)

/** A value of a row as text; objects as JSON. */
export function text(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  return typeof value === 'object' ? JSON.stringify(value, (_, item) => (typeof item === 'bigint' ? String(item) : item)) : String(value)
}
