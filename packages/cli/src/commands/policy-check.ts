/** `seamfold policy check`: rules that can decide nothing, with their lines. */
import { checkRules } from '@seamfold/core'
import { loadPolicyFile } from '../config/load.ts'
import { findingLines } from '../render/idle-rules.ts'
import { plural } from '../render/text.ts'
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
