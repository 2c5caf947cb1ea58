/** The names that someone may have meant by `wanted`: the nearest by edit distance, case apart, at most `countMax`. */
export function near(wanted: string, names: Iterable<string>, countMax = 3): string[] {
  const lower = wanted.toLowerCase()
  const farthest = Math.max(1, Math.floor(lower.length / 3))
  const found: { name: string; distance: number }[] = []
  for (const name of new Set(names)) {
    const distance = editDistance(lower, name.toLowerCase(), farthest)
    if (distance <= farthest) found.push({ name, distance })
  }
  found.sort((a, b) => a.distance - b.distance || (a.name < b.name ? -1 : 1))
  return found.slice(0, countMax).map((each) => each.name)
}

/** Insertions, deletions, substitutions and swaps of neighbours; anything above `most` is `most + 1`. */
export function editDistance(a: string, b: string, most: number): number {
  if (Math.abs(a.length - b.length) > most) return most + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] as number) + 1, (row[j - 1] as number) + 1, (last[j - 1] as number) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, (before[j - 2] as number) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return Math.min(last[b.length] as number, most + 1)
}
