/** The column of each node: the longest way from a node that nothing flows into. Circles are cut where they close. */
export function layers(
  nodes: readonly string[],
  edges: readonly { readonly from: string; readonly to: string }[],
): ReadonlyMap<string, number> {
  const inputs = new Map<string, string[]>()
  for (const edge of edges) {
    const known = inputs.get(edge.to)
    if (known === undefined) inputs.set(edge.to, [edge.from])
    else known.push(edge.from)
  }
  const columns = new Map<string, number>()
  const visiting = new Set<string>()
  const place = (id: string): number => {
    const known = columns.get(id)
    if (known !== undefined) return known
    if (visiting.has(id)) return -1
    visiting.add(id)
    const column = (inputs.get(id) ?? []).reduce((most, from) => Math.max(most, place(from) + 1), 0)
    visiting.delete(id)
    columns.set(id, column)
    return column
  }
  for (const id of nodes) place(id)
  return columns
}
