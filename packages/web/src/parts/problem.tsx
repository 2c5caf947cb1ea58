/** An error as a person reads it: what happened, where, what to do, its code. Takes whatever was thrown. */
export function ProblemBox({ error }: { readonly error: unknown }) {
  if (error === null || error === undefined) return null
  const { message, code, advice, place } = error as {
    message?: string
    code?: string
    advice?: string
    place?: { line?: number; column?: number }
  }
  return (
    <div className="problem" role="alert">
      <b>{message ?? String(error)}</b>
      {place?.line !== undefined && (
        <span>
          {' '}
          at line {place.line}, column {place.column ?? 1}
        </span>
      )}
      {advice !== undefined && advice !== '' && <div>{advice}</div>}
      {code !== undefined && <small className="dim">{code}</small>}
    </div>
  )
}
