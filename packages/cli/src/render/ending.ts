/** Says how a run ended, and what it used. */
import type { AgentEvent, Usage } from '@seamfold/core/kit'
import { dollars, duration, tokens } from './measure.ts'
import { harmless, oneLine, plural } from './text.ts'
import type { Style } from './style.ts'
import type { Totals } from './totals.ts'
import { joinParts, wrapWords } from './wrap.ts'

type Ending = Extract<AgentEvent, { type: 'agent_end' | 'error' | 'run_cancelled' | 'run_suspended' }>

/** The closing lines of a run, or of a segment of it. */
export function endLines(event: Ending, totals: Totals, style: Style): readonly string[] {
  return [...headline(event, style), ...usedLines(totals, style)]
}

function headline(event: Ending, { colors, signs, width }: Style): readonly string[] {
  switch (event.type) {
    case 'agent_end':
      return [
        `${colors.green(signs.done)} ${colors.bold('Done')}${event.reason === 'end_turn' ? '' : colors.dim(` (${reasonText(event.reason)})`)}`,
      ]
    case 'run_cancelled':
      return [`${colors.yellow(signs.failed)} ${colors.bold('Cancelled')} ${colors.dim(oneLine(event.reason))}`.trimEnd()]
    case 'run_suspended':
      return [`${colors.yellow(signs.waiting)} ${colors.bold('Waiting')} for ${plural(event.waitingFor.length, 'answer')}`]
    case 'error': {
      const [first = '', ...rest] = harmless(event.message).split('\n')
      return [
        `${colors.red(signs.failed)} ${colors.bold('Failed')} ${first} ${colors.dim(`(${event.code})`)}`,
        ...rest.map((line) => `  ${line}`),
      ].flatMap((line) => wrapWords(line, width, '  '))
    }
  }
}

const reasonText = (reason: string): string =>
  reason === 'turn_limit' ? 'it reached its turn limit' : oneLine(reason).replaceAll('_', ' ')

/** Time, turns, calls, tokens and cost. */
function usedLines(totals: Totals, { colors, signs, width }: Style): readonly string[] {
  const took = totals.startedAt === undefined ? [] : [duration(totals.at - totals.startedAt)]
  const parts = [
    ...took,
    plural(totals.turns, 'turn'),
    plural(totals.toolCalls, 'tool call'),
    usageText(totals.usage),
    costText(totals.cost),
  ]
  const said = parts.filter((part) => part !== '')
  return joinParts(said, ` ${signs.dot} `, { columns: width, indent: '  ' }).map((line) => colors.dim(line))
}

/** `12.3k tokens in (8.1k from cache), 950 out`. */
export function usageText(usage: Usage): string {
  const input = usage.input + usage.cacheRead + usage.cacheWrite
  const cached = usage.cacheRead > 0 ? ` (${tokens(usage.cacheRead)} from cache)` : ''
  return `${tokens(input)} tokens in${cached}, ${tokens(usage.output)} out`
}

export const costText = (cost: number | undefined): string => (cost === undefined ? '' : dollars(cost))
