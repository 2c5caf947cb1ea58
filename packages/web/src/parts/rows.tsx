import { useState } from 'react'
import { text } from '../state/format.ts'

/** Rows as a table of text. A long value is cut; a click on its row shows it whole. */
export function Rows({
  columns,
  rows,
  kinds,
  empty,
}: {
  readonly columns: readonly { readonly name: string; readonly type?: string }[]
  readonly rows: readonly (readonly unknown[])[]
  readonly kinds?: readonly string[] | undefined
  readonly empty: string
}) {
  const [open, setOpen] = useState<readonly unknown[] | null>(null)
  if (rows.length === 0) return <div className="empty">{empty}</div>
  const numeric = columns.map((column, position) =>
    column.type === undefined ? typeof rows[0]?.[position] === 'number' : /INT|DOUBLE|FLOAT|DECIMAL|LONG/i.test(column.type),
  )
  return (
    <>
      <div className="scroll">
        <table>
          <thead>
            <tr>
              {kinds !== undefined && <th>change</th>}
              {columns.map((column, position) => (
                <th key={column.name} className={numeric[position] ? 'number' : undefined} title={column.type}>
                  {column.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, index) => (
              <tr key={index.toString()} className={row === open ? 'open' : undefined} onClick={() => setOpen(row === open ? null : row)}>
                {kinds !== undefined && <td className="mono">{kinds[index]}</td>}
                {columns.map((column, position) => (
                  <td key={column.name} className={numeric[position] ? 'number' : undefined}>
                    <Cell value={row[position]} />
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {open !== null && <pre>{columns.map((column, position) => `${column.name}: ${text(open[position])}`).join('\n')}</pre>}
    </>
  )
}

function Cell({ value }: { readonly value: unknown }) {
  if (value === null || value === undefined) return <span className="null">null</span>
  return <span className="cut">{text(value)}</span>
}
