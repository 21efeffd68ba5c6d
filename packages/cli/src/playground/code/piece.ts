/** A part of an agent as TypeScript: what it imports, what stands before the agent, what it is given, what is let go of in the end. */

export type Piece = {
  /** Names by the module that exports them. */
  readonly imports: Readonly<Record<string, readonly string[]>>
  readonly before?: readonly string[]
  /** Lines of the agent's options. */
  readonly given?: readonly string[]
  readonly after?: readonly string[]
}

/** A value as it is written in code; what a line cannot hold is written as an escape. */
export const literal = (value: unknown): string =>
  JSON.stringify(value, null, 2)
    .replace(/[\u2028\u2029]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16)}`)
    .replaceAll('\n', '\n  ')

/** The same on one line. */
export const short = (value: unknown): string => literal(value).replace(/\n\s*/g, ' ')

const bare = (name: string): string => name.replace(/^type /, '')

export function importLines(pieces: readonly Piece[]): readonly string[] {
  const names = new Map<string, Set<string>>()
  for (const { imports } of pieces) {
    for (const [module, wanted] of Object.entries(imports)) names.set(module, new Set([...(names.get(module) ?? []), ...wanted]))
  }
  return [...names]
    .toSorted(([a], [b]) => a.localeCompare(b))
    .map(([module, wanted]) => `import { ${[...wanted].toSorted((a, b) => bare(a).localeCompare(bare(b))).join(', ')} } from '${module}'`)
}
