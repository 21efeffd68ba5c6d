/** `seamfold policy check`: rules that can decide nothing, with their lines. */
import { checkRules, type PlacedRule, type RuleFinding } from '@seamfold/core'
import { loadPolicyFile } from '../config/load.ts'
import { originWords } from '../render/judgement.ts'
import { plural, visibleLine } from '../render/text.ts'
import type { Style } from '../render/style.ts'
import { groundLayers } from '../setup/ground.ts'
import { resolveGround, type SharedOptions } from '../setup/settings.ts'
import type { Terminal } from '../terminal/terminal.ts'
import { EXIT } from './exit-code.ts'

export type PolicyCheckOptions = SharedOptions & { readonly json?: boolean }

/** Exit code 1 when a rule is an error; one that cannot be read at all is bad usage. */
export async function policyCheckCommand(file: string | undefined, options: PolicyCheckOptions, terminal: Terminal): Promise<number> {
  const layers =
    file === undefined
      ? groundLayers(await resolveGround(options, terminal))
      : [{ layer: 'project' as const, ...(await loadPolicyFile(file)) }]
  const findings = checkRules(layers)
  if (options.json === true) for (const finding of findings) terminal.print(`${JSON.stringify(finding)}\n`)
  else {
    const style = terminal.style()
    const rules = layers.reduce((sum, each) => sum + each.rules.length, 0)
    terminal.print(findings.map((finding) => `${findingLines(finding, style).join('\n')}\n`).join(''))
    if (findings.length === 0)
      terminal.print(`${style.colors.green(style.signs.done)} ${plural(rules, 'rule')}, each of which can decide something\n`)
  }
  return findings.some(({ severity }) => severity === 'error') ? EXIT.failed : EXIT.completed
}

export const findingLines = (finding: RuleFinding, { colors }: Style): readonly string[] => {
  const { severity, message, by } = finding
  const paint = severity === 'error' ? colors.red : colors.yellow
  return [
    `${placeWords(finding)}: ${paint(severity)}: ${visibleLine(JSON.stringify(finding.rule))} can decide nothing: ${message}`,
    ...(by === undefined ? [] : [`  ${placeWords(by)}: ${visibleLine(JSON.stringify(by.rule))}`]),
  ]
}

const placeWords = ({ layer, file, line, index }: PlacedRule): string =>
  file === undefined ? `rule ${index + 1} of the layer '${layer}'` : originWords({ file, ...(line === undefined ? {} : { line }) })
