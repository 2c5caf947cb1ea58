import { useEffect, useRef } from 'react'
import uPlot from 'uplot'

export interface Series {
  readonly label: string
  readonly values: readonly (number | null)[]
}

/** So few points are drawn as dots too: a single one has no line. */
const fewPoints = 30
const dayMs = 86_400_000

/** A time on the axis, UTC: as fine as the steps between. */
function tick(time: number, stepMs: number): string {
  const text = new Date(time).toISOString()
  if (stepMs >= dayMs) return text.slice(5, 10)
  return stepMs >= 60_000 ? text.slice(11, 16) : text.slice(11, 19)
}

/** A line per series over time. `times` are epoch milliseconds, ascending; colours come from the theme. */
export function Chart({
  times,
  series,
  height = 190,
}: {
  readonly times: readonly number[]
  readonly series: readonly Series[]
  readonly height?: number
}) {
  const box = useRef<HTMLDivElement>(null)
  const plot = useRef<uPlot | null>(null)
  const labels = series.map((one) => one.label).join('\u0000')
  useEffect(() => {
    const element = box.current
    if (element === null) return
    const style = getComputedStyle(document.documentElement)
    const colour = (name: string) => style.getPropertyValue(name).trim()
    const axis = { stroke: colour('--dim'), grid: { stroke: colour('--line'), width: 1 }, ticks: { stroke: colour('--line'), width: 1 } }
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        ms: 1,
        tzDate: (ms: number) => uPlot.tzDate(new Date(ms), 'UTC'),
        legend: { show: false },
        cursor: { points: { size: 6 } },
        axes: [
          { ...axis, values: (_chart, times, _axis, _space, step) => times.map((time) => tick(time, step)) },
          { ...axis, size: 62 },
        ],
        scales: { y: { range: (_chart, _low, high) => [0, high > 0 ? high * 1.1 : 1] } },
        series: [
          {},
          ...labels.split('\u0000').map((label, index) => ({
            label,
            stroke: colour(`--series-${(index % 6) + 1}`),
            width: 1.75,
            spanGaps: false,
            points: { show: (chart: uPlot) => (chart.data[0]?.length ?? 0) < fewPoints },
          })),
        ],
      },
      [[]],
      element,
    )
    plot.current = chart
    const observer = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }))
    observer.observe(element)
    return () => {
      observer.disconnect()
      chart.destroy()
      plot.current = null
    }
  }, [labels, height])
  useEffect(() => {
    if (labels !== '') plot.current?.setData([[...times], ...series.map((one) => [...one.values])] as uPlot.AlignedData)
  }, [times, series, labels])
  return (
    <div>
      <div className="chart" ref={box} role="img" aria-label={`Time series of ${series.map((one) => one.label).join(', ')}`} />
      {series.length > 1 && (
        <div className="legend">
          {series.map((one, index) => (
            <span key={one.label} className={`s${(index % 6) + 1}`}>
              {one.label}
            </span>
          ))}
        </div>
      )}
    </div>
  )
}
