import { parameter } from './query.ts'

/** Positions by partition, as text: `0:120,1:44`. The cursor of lists and the `id:` of server-sent events. */
export function positionsText(positions: ReadonlyMap<string, number>): string {
  return [...positions].map(([partition, position]) => `${partition}:${position}`).join(',')
}

export function parsePositions(text: string, name: string): Map<string, number> {
  const positions = new Map<string, number>()
  for (const part of text.split(',')) {
    const match = /^([a-z]?\d{1,9}):(\d{1,16})$/.exec(part)
    if (match === null || positions.size > 100_000) throw parameter(name, text, 'a cursor that this server gave')
    positions.set(match[1] as string, Number(match[2]))
  }
  return positions
}
