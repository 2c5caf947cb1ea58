import type { ReactNode } from 'react'

export function Stat({
  label,
  value,
  tone,
  title,
}: {
  readonly label: string
  readonly value: ReactNode
  readonly tone?: string | undefined
  readonly title?: string | undefined
}) {
  return (
    <div className="stat" title={title}>
      <b className={tone}>{value}</b>
      <span>{label}</span>
    </div>
  )
}
