import { type Output, partial, type ShownRow, shownRows } from './output.ts'
import type { Ran } from './run.ts'
import type { ExpectedTable, PipelineTest, WrittenRow } from './test-file.ts'
import { batchOf } from './written-rows.ts'

interface Expected {
  readonly written: WrittenRow
  /** By column of the table; null: not compared. */
  readonly texts: readonly (string | null)[]
}

/** What differs between what a test expects and what came out, a line each; empty: it passes. */
export function differences(test: PipelineTest, { outputs, late }: Ran): string[] {
  const lines = test.expect.flatMap((expected) => {
    const output = outputs.get(expected.table)
    return output === undefined ? [] : tableDifferences(expected, output)
  })
  if (test.late !== null && test.late !== late) lines.push(`late: ${test.late} expected, ${late} were too late`)
  return lines
}

function tableDifferences(expected: ExpectedTable, output: Output): string[] {
  const wanted = expectedRows(expected, output)
  const left = [...output.rows]
  const missing: Expected[] = []
  // Rows that say more are matched first: one that says little fits many.
  for (const row of wanted.toSorted((a, b) => b.written.columns.length - a.written.columns.length)) {
    const at = left.findIndex((found) => differing(row, found).length === 0)
    if (at < 0) missing.push(row)
    else left.splice(at, 1)
  }
  const lines = missing.toSorted((a, b) => lineOf(a) - lineOf(b)).map((row) => missingLine(row, left, output))
  return [...lines, ...left.map((row) => `${output.table.name}: not expected: ${row.json}`)]
}

function expectedRows({ rows }: ExpectedTable, output: Output): Expected[] {
  const schema = partial(output.schema)
  const shown = shownRows(batchOf(rows, schema, output.table))
  return rows.map((written, row) => ({
    written,
    texts: schema.fields.map(({ name }, column) =>
      written.columns.includes(name) ? ((shown[row] as ShownRow).texts[column] as string) : null,
    ),
  }))
}

const differing = ({ texts }: Expected, found: ShownRow): number[] =>
  texts.flatMap((text, column) => (text === null || text === found.texts[column] ? [] : [column]))

const lineOf = ({ written }: Expected): number => written.place.line ?? 0

/** The row that is missing, and of what came out instead the nearest, which is then taken for it. */
function missingLine(row: Expected, left: ShownRow[], output: Output): string {
  const head = `${output.table.name}: line ${lineOf(row)}: `
  let best = -1
  let fewest = Math.ceil(row.written.columns.length / 2)
  left.forEach((found, index) => {
    const count = differing(row, found).length
    if (count > fewest || (count === fewest && best >= 0)) return
    best = index
    fewest = count
  })
  const found = left[best]
  if (found === undefined) return `${head}no such row: ${row.written.json}`
  left.splice(best, 1)
  const parts = differing(row, found).map((column) => {
    const name = output.schema.fields[column]?.name ?? ''
    return `${name} is ${found.texts[column]}, not ${row.texts[column]}`
  })
  return `${head}${parts.join('; ')}`
}
