/** One number per turn as small bars with a scale; each bar opens what the model was asked in its turn. */
import { scaleBand, scaleLinear } from 'd3-scale'
import { useMemo, type ReactNode } from 'react'

export type PlotBar = {
  readonly key: string
  /** For those who see no bars. */
  readonly words: string
  /** From the bottom up. */
  readonly parts: readonly { readonly part: string; readonly value: number }[]
}

type TurnPlotProps = {
  readonly title: string
  readonly bars: readonly PlotBar[]
  readonly format: (value: number) => string
  readonly onSelect: (key: string) => void
}

/** Units of the drawing, which is stretched to its place. */
const [width, height, foot] = [320, 56, 2]
/** Wider than this, one bar alone would look like a mistake. */
const widest = 26

const sum = ({ parts }: PlotBar): number => parts.reduce((total, { value }) => total + value, 0)

export function TurnPlot({ title, bars, format, onSelect }: TurnPlotProps): ReactNode {
  const most = Math.max(0, ...bars.map(sum))
  const x = useMemo(
    () =>
      scaleBand()
        .domain(bars.map(({ key }) => key))
        .range([0, width])
        .paddingInner(0.2),
    [bars],
  )
  const y = useMemo(
    () =>
      scaleLinear()
        .domain([0, most || 1])
        .nice(2)
        .range([0, height - foot]),
    [most],
  )
  const top = y.domain()[1] ?? most
  const thick = Math.min(widest, x.bandwidth())
  return (
    <figure className="plot">
      <figcaption>
        {title} <small>up to {format(top)}</small>
      </figcaption>
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="group" aria-label={title}>
        <line x1="0" x2={width} y1={height - foot} y2={height - foot} className="plot-axis" />
        <line x1="0" x2={width} y1="0.5" y2="0.5" className="plot-rule" />
        {bars.map((bar) => {
          let below = height - foot
          const left = bars.length * widest < width ? bars.indexOf(bar) * (widest + 5) : (x(bar.key) ?? 0)
          return (
            <g key={bar.key} className="plot-bar" onClick={() => onSelect(bar.key)}>
              <title>{bar.words}</title>
              <rect x={left} y={0} width={thick} height={height} className="plot-hit" />
              {bar.parts.map(({ part, value }) => {
                const tall = y(value)
                below -= tall
                return <rect key={part} data-part={part} x={left} y={below} width={thick} height={tall} />
              })}
            </g>
          )
        })}
      </svg>
    </figure>
  )
}
