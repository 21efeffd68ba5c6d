/** The documents are true: code in them type-checks, references name everything, links lead somewhere. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { FACT_KINDS } from '../packages/core/src/journal/fact-types.ts'
import { hookNames } from '../packages/core/src/session/define-hooks.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

const documents = [
  'README.md',
  'ARCHITECTURE.md',
  'AGENTS.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  ...readdirSync(join(root, 'packages')).map((name) => `packages/${name}/README.md`),
].filter((path) => existsSync(join(root, path)))

const blocks = documents.flatMap((path) =>
  [...read(path).matchAll(/^```ts\n([\s\S]*?)^```/gm)].map((match, index) => ({ path, index, code: match[1] ?? '' })),
)

/** Names that a fragment takes from the text around it, and what follows from not knowing them. Everything else is an error. */
const LEFT_TO_THE_TEXT = /error TS(2304|2307|2552|2593|7006|18004):/

describe('the documents', () => {
  test('hold code that type-checks', { timeout: 60_000 }, () => {
    const folder = join(root, 'test/.snippets')
    rmSync(folder, { recursive: true, force: true })
    mkdirSync(folder, { recursive: true })
    try {
      for (const { path, index, code } of blocks)
        writeFileSync(join(folder, `${path.replaceAll('/', '_')}.${index}.ts`), `${code}\nexport {}\n`)
      const options = {
        compilerOptions: { isolatedDeclarations: false, declaration: false },
        extends: '../../tsconfig.base.json',
        include: ['*.ts'],
      }
      writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(options))
      let output = ''
      try {
        execFileSync(join(root, 'node_modules/.bin/tsc'), ['-p', folder], { encoding: 'utf8' })
      } catch (error) {
        output = String((error as { stdout?: string }).stdout)
      }
      expect(output.split('\n').filter((line) => line !== '' && !LEFT_TO_THE_TEXT.test(line))).toEqual([])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  test('link only to what is there', () => {
    const dead = documents.flatMap((path) =>
      [...read(path).matchAll(/\]\((?!https?:|#)([^)#\s]+)/g)]
        .map(([, target = '']) => ({ path, target }))
        .filter(({ target }) => !existsSync(join(root, dirname(path), target))),
    )
    expect(dead).toEqual([])
  })

  test('have tables whose rows have the cells of their heads', () => {
    const cells = (row: string): number => row.trim().split(/(?<!\\)\|/).length
    const broken = documents.flatMap((path) =>
      [...read(path).matchAll(/(?:^\|.*\n)+/gm)].flatMap(([table]) => {
        const [head = '', ...rows] = table.trimEnd().split('\n')
        return rows.filter((row) => cells(row) !== cells(head)).map((row) => ({ path, row }))
      }),
    )
    expect(broken).toEqual([])
  })

  test('name every example', () => {
    const examples = readdirSync(join(root, 'examples')).filter((name) => /^\d\d-.*\.ts$/.test(name))
    expect(new Set(examples.map((name) => name.slice(0, 2))).size).toBe(examples.length)
    expect(examples.filter((name) => !read('examples/README.md').includes(`(${name})`))).toEqual([])
  })

  test('say of every hook when it is told, with what, and what becomes of the run when it breaks', () => {
    const [table = ''] = /(?:^\|.*\n)+/m.exec(read('docs/write-a-hook.md')) ?? []
    const rows = table.trimEnd().split('\n').slice(2)
    const cells = rows.map((row) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()))
    expect(cells.map(([, name = '']) => name.replaceAll('`', '')).toSorted()).toEqual([...hookNames].toSorted())
    const gating = cells.filter(([, , , , may, broken]) => may?.includes('`block`') && broken !== 'reported')
    expect(gating.map(([, name = '']) => name.replaceAll('`', ''))).toEqual(hookNames.filter((name) => name.startsWith('pre_')))
    // Every field of an event that its type names stands in its row, or in that of the one that it follows.
    const port = read('packages/core/src/ports/hook-executor.ts')
    for (const field of [
      'prompt',
      'message',
      'usage',
      'stopReason',
      'details',
      'accesses',
      'request',
      'output',
      'isError',
      'errorKind',
      'exitCode',
      'text',
    ])
      expect([field, port.includes(`readonly ${field}`), table.includes(`\`${field}`)]).toEqual([field, true, true])
  })

  test('name every fact, every live event and every error code', () => {
    const events = read('docs/events.md')
    expect(Object.keys(FACT_KINDS).filter((type) => !events.includes(`\`${type}\``))).toEqual([])
    const live = /export type LiveEvent =([\s\S]*?)(?:\n\n|$)/.exec(read('packages/core/src/model/live-event.ts'))?.[1] ?? ''
    const liveTypes = [...live.matchAll(/readonly type: '(\w+)'/g)].map((match) => match[1] ?? '')
    expect(liveTypes.length).toBeGreaterThan(5)
    expect(liveTypes.filter((type) => !events.includes(`\`${type}\``))).toEqual([])
    const codes = [
      ...(/export type ErrorCode =([\s\S]*?)(?:\n\n|$)/.exec(read('packages/core/src/base/errors.ts'))?.[1] ?? '').matchAll(/\| '(\w+)'/g),
    ].map((match) => match[1] ?? '')
    expect(codes.length).toBeGreaterThan(20)
    expect(codes.filter((code) => !read('docs/errors.md').includes(`\`${code}\``))).toEqual([])
  })
})
