/** Holds the sources to the rooms that they belong to. */
import { readdirSync, readFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { dirname, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'

const root = fileURLToPath(new URL('..', import.meta.url))
const core = resolve(root, 'packages/core/src')
const lineCap = 300

const everythingBelow = ['base', 'model', 'ports', 'loop', 'middleware', 'journal', 'orchestration', 'lanes', 'protection', 'stores']
const rooms: Record<string, readonly string[]> = {
  base: [],
  model: ['base'],
  ports: ['model'],
  loop: ['base', 'model', 'ports'],
  middleware: ['base', 'model', 'ports', 'loop/middleware.ts'],
  journal: ['base', 'model', 'ports'],
  orchestration: ['base', 'model', 'ports', 'journal'],
  lanes: ['base', 'model', 'ports'],
  protection: ['base', 'model', 'ports', 'loop/middleware.ts'],
  stores: ['base', 'model', 'ports'],
  session: everythingBelow,
  subagents: [...everythingBelow, 'session'],
  people: [...everythingBelow, 'session'],
  testing: [...everythingBelow, 'session'],
}

type Source = { readonly file: string; readonly text: string; readonly imports: readonly string[] }

const sources = (folder: string): Source[] => {
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name)).map((entry) => resolve(entry.parentPath, entry.name))
  return files.map((file) => {
    const text = readFileSync(file, 'utf8')
    const statements = text.matchAll(/^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*'([^']+)'|^\s*import\s*'([^']+)'|\bimport\(\s*'([^']+)'/gm)
    return {
      file: relative(root, file).split(sep).join('/'),
      text,
      imports: [...statements].map(([, from, bare, lazy]) => from ?? bare ?? lazy ?? ''),
    }
  })
}

const packages = ['packages', 'apps'].flatMap((group) => readdirSync(resolve(root, group)).map((name) => `${group}/${name}`))
const all = packages.flatMap((name) => sources(resolve(root, name, 'src')))
const ofCore = all.filter(({ file }) => file.startsWith('packages/core/src/'))
const inside = (file: string): string => relative(core, resolve(root, file)).split(sep).join('/')
const roomOf = (file: string): string | undefined =>
  inside(file).includes('/') ? inside(file).slice(0, inside(file).indexOf('/')) : undefined
const onlyForNode = (file: string): boolean => /^(testing-node\.ts|testing\/node[/-])/.test(inside(file))

const mayUse = (file: string, target: string): boolean => {
  const room = roomOf(file)
  if (room === undefined) return true
  if (room === 'middleware' && roomOf(target) === 'middleware') return inside(file) === 'middleware/default-stack.ts'
  const allowed = rooms[room] ?? []
  return roomOf(target) === room || allowed.some((entry) => entry === roomOf(target) || entry === inside(target))
}

describe('core', () => {
  test('has only the rooms of the table', () => {
    const unknown = ofCore.map(({ file }) => roomOf(file)).filter((room) => room !== undefined && rooms[room] === undefined)
    expect(unknown).toEqual([])
  })

  test('imports across rooms only in the direction of the table', () => {
    const crossings = ofCore.flatMap(({ file, imports }) =>
      imports
        .filter((target) => target.startsWith('.'))
        .map((target) =>
          relative(root, resolve(root, dirname(file), target))
            .split(sep)
            .join('/'),
        )
        .filter((target) => !mayUse(file, target))
        .map((target) => `${inside(file)} → ${inside(target)}`),
    )
    expect(crossings).toEqual([])
  })

  test('imports Node built-ins only behind the testing/node door', () => {
    const used = ofCore
      .filter(({ file }) => !onlyForNode(file))
      .flatMap(({ file, imports }) => imports.filter(isBuiltin).map((target) => `${file} → ${target}`))
    expect(used).toEqual([])
  })

  test('imports itself by path, never by name', () => {
    expect(ofCore.filter(({ imports }) => imports.some((target) => target.startsWith('@seamfold/'))).map(({ file }) => file)).toEqual([])
  })
})

describe('every source file', () => {
  test(`has at most ${lineCap} lines`, () => {
    const long = all.map(({ file, text }) => ({ file, lines: text.trimEnd().split('\n').length })).filter(({ lines }) => lines > lineCap)
    expect(long).toEqual([])
  })

  test('opens with a comment that says what it does', () => {
    expect(all.filter(({ text }) => !/^(#!.*\n)?\/[*/]/.test(text)).map(({ file }) => file)).toEqual([])
  })

  test('exports by name only', () => {
    expect(all.filter(({ text }) => /^export (default\b|\*)/m.test(text)).map(({ file }) => file)).toEqual([])
  })
})

/** What runs a tool: the end of the gate's way, and what wraps the tool there. */
const RUNS_TOOLS = [
  'packages/core/src/lanes/lane-queue.ts',
  'packages/core/src/loop/execute-call.ts',
  'packages/core/src/middleware/budget-guard.ts',
  'packages/core/src/protection/stages.ts',
]

test('no tool is run but at the end of the gate, by core, the command line and the playground alike', () => {
  const running = all.filter(({ file, text }) => /\b[Tt]ool\??\.execute(?:\?\.)?\(/.test(text) && !inside(file).startsWith('testing'))
  expect(running.map(({ file }) => file).toSorted()).toEqual(RUNS_TOOLS)
})
