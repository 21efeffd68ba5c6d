/** The hooks of the configuration as TypeScript. */
import { dirname } from 'node:path'
import type { HookConfig } from '../../config/config.ts'
import { hookName } from '../../setup/configured-hooks.ts'
import type { Settings } from '../../setup/settings.ts'
import { type Piece, short } from './piece.ts'

function makerOf(hook: HookConfig, folder: string): { readonly name: 'httpHooks' | 'commandHooks'; readonly made: string } {
  const time = hook.timeoutMs === undefined ? '' : `, timeoutMs: ${hook.timeoutMs}`
  if ('url' in hook) {
    const secret = hook.secretVariable === undefined ? '' : `, secret: process.env[${short(hook.secretVariable)}] ?? ''`
    // Headers may hold what nobody else should read.
    const headers = Object.keys(hook.headers ?? {})
    const sent = headers.length === 0 ? '' : `, headers: { ${headers.map((name) => `${short(name)}: ''`).join(', ')} }`
    return { name: 'httpHooks', made: `httpHooks({ url: ${short(hook.url)}${sent}${secret}${time} })` }
  }
  const way = 'shell' in hook ? `shell: ${short(hook.shell)}` : `command: ${short(hook.command)}`
  return { name: 'commandHooks', made: `commandHooks({ ${way}, directory: ${short(folder)}, environment${time} })` }
}

export function hooksCode({ hooks = [], configFile, workspace, keep = [] }: Settings): Piece {
  if (hooks.length === 0) return { imports: {} }
  const folder = configFile === undefined ? workspace : dirname(configFile)
  const made = hooks.map((hook) => makerOf(hook, folder))
  const lines = hooks.map((hook, index) => {
    const { on, tool, path, agent, priority } = hook
    const match = Object.entries({ on, tool, path, agent, priority, name: hookName(hook, index) })
      .filter(([, value]) => value !== undefined)
      .map(([key, value]) => `${key}: ${short(value)}`)
    return `  { ${[...match, `hooks: ${made[index]?.made ?? ''}`].join(', ')} },`
  })
  const needsEnvironment = made.some(({ name }) => name === 'commandHooks')
  const hidden = hooks.some((hook) => 'url' in hook && Object.keys(hook.headers ?? {}).length > 0)
  const seen = `{ ...commandEnvironment(process.env, { keep: ${short(keep)} }), SEAMFOLD_WORKSPACE: ${short(workspace)} }`
  return {
    imports: {
      '@seamfold/hooks': ['combineHooks', ...made.map(({ name }) => name)],
      ...(needsEnvironment ? { '@seamfold/tools': ['commandEnvironment'] } : {}),
    },
    before: [
      ...(hidden ? ['// What the headers hold is not shown here: fill it in.'] : []),
      'const hooks = combineHooks([',
      ...lines.map((line) => line.replace(', environment', `, environment: ${seen}`)),
      '])',
    ],
    given: ['hooks,'],
    after: ['await hooks.idle() // whoever is told of the end hears it'],
  }
}
