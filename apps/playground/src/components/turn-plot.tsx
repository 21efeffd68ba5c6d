/** One number per turn as small bars with a scale; each bar opens what the model was asked in its turn. */
import { scaleBand, scaleLinear } from 'd3-scale'
import { useMemo, useRef, useState, type KeyboardEvent, type ReactNode } from 'react'

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

function useScales(bars: readonly PlotBar[]) {
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
  return { x, y, top: y.domain()[1] ?? most }
}

/** One stop for the whole plot: arrows go on from the newest bar, Enter opens it. */
function useBarKeys(bars: readonly PlotBar[], onSelect: (key: string) => void) {
  const plot = useRef<SVGSVGElement>(null)
  const [focused, setFocused] = useState<string>()
  const stop = bars.find(({ key }) => key === focused) ?? bars.at(-1)
  const onKeyDown = (press: KeyboardEvent): void => {
    const at = bars.findIndex(({ key }) => key === stop?.key)
    if ((press.key === 'Enter' || press.key === ' ') && stop !== undefined) onSelect(stop.key)
    const next = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: bars.length - 1 }[press.key]
    const bar = next === undefined ? undefined : bars[next]
    if (press.key === 'Enter' || press.key === ' ' || next !== undefined) press.preventDefault()
    if (next === undefined || next < 0 || bar === undefined) return
    setFocused(bar.key)
    plot.current?.querySelectorAll<SVGGElement>('.plot-bar')[next]?.focus()
  }
  return { plot, stop: stop?.key, onKeyDown }
}

export function TurnPlot({ title, bars, format, onSelect }: TurnPlotProps): ReactNode {
  const { x, y, top } = useScales(bars)
  const thick = Math.min(widest, x.bandwidth())
  const { plot, stop, onKeyDown } = useBarKeys(bars, onSelect)
  return (
    <figure className="plot">
      <figcaption>
        {title} <small>up to {format(top)}</small>
      </figcaption>
      <svg ref={plot} viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" role="group" aria-label={title} onKeyDown={onKeyDown}>
        <line x1="0" x2={width} y1={height - foot} y2={height - foot} className="plot-axis" />
        <line x1="0" x2={width} y1="0.5" y2="0.5" className="plot-rule" />
        {bars.map((bar) => {
          let below = height - foot
          const left = bars.length * widest < width ? bars.indexOf(bar) * (widest + 5) : (x(bar.key) ?? 0)
          return (
            <g
              key={bar.key}
              className="plot-bar"
              role="button"
              tabIndex={bar.key === stop ? 0 : -1}
              aria-label={bar.words}
              onClick={() => onSelect(bar.key)}
            >
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
