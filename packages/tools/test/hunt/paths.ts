/** Makes lines that name a folder in every way, runs those that a policy lets through which denies that folder, and returns what they did to it. */
import { posix } from 'node:path'
import { policy, type Policy } from '@seamfold/core'
import type { Places } from '../../src/shell-grammar/real-place.ts'
import { shellAccess } from '../../src/shell-grammar/shell-access.ts'
import { type Chance, chance } from './chance.ts'
import { runForReal } from './for-real.ts'
import { LETTERS, optionsOf } from './options.ts'
import type { Changed } from './throwaway.ts'
import { TRICKS } from './tricks.ts'

const words = (text: string): readonly string[] => text.split(/\s+/).filter((word) => word !== '')

/** Where the lines are run, as far as they are judged. */
const ROOT = '/tmp/world/work'
const LINKS: readonly (readonly [link: string, place: string])[] = [
  ['pub/way', 'secret'],
  ['link', 'a.txt'],
]
const PLACES: Places = {
  root: ROOT,
  async list(path) {
    if (path === 'pub') return [{ name: 'way', kind: 'link' as const }]
    return path === '.'
      ? [
          { name: 'link', kind: 'link' as const },
          ...['pub', 'src', 'secret', 'vendor', 'odd'].map((name) => ({ name, kind: 'directory' as const })),
        ]
      : []
  },
  async resolve(path) {
    const inside = posix.relative(ROOT, posix.resolve(ROOT, path))
    if (inside === '..' || inside.startsWith('../')) throw new Error(`${path} lies outside`)
    const link = LINKS.find(([from]) => inside === from || inside.startsWith(`${from}/`))
    return link === undefined ? inside || '.' : `${link[1]}${inside.slice(link[0].length)}`
  },
}

/** Programs that read and change files, as they are on this machine. */
export const FILE_PROGRAMS: readonly string[] = words(
  `cp mv ln install tar zip unzip gzip gunzip bzip2 xz dd sed awk perl python3 ed ex vim patch truncate shred tee touch mkdir rmdir rm chmod chown
  sort uniq split csplit shuf iconv xxd openssl ssh-keygen sqlite3 curl wget find xargs cat head tail nl od diff comm cmp join paste jq rg grep
  less file base64 strings cut fold fmt pr ptx expand tac rev wc md5sum column date du ls stat tree env bash sh node make gcc cpio mktemp unlink
  readlink realpath link chgrp mkfifo base32 cksum sum tsort dircolors numfmt look ar nm objdump strip m4 bc dc tclsh rsync scp time nice`,
)
const GIT_WORDS = words(
  `add am apply archive blame branch bundle checkout checkout-index cherry-pick clean clone commit config diff fetch format-patch grep hash-object init
  log merge mv notes pull read-tree rebase reset restore revert rm show stash status switch tag worktree cat-file ls-files rev-parse update-index`,
)

const NAMES = words(
  `secret/key.txt secret/tracked.txt secret/new.txt secret/sub/deep.txt secret secret/ secret/. secret/sub ./secret/key.txt secret//key.txt
  pub/../secret/key.txt pub/way/key.txt pub/way pub/way/../secret/key.txt /tmp/world/work/secret/key.txt ../work/secret/key.txt "secret"/key.txt
  sec\\ret/tracked.txt $PWD/secret/key.txt ~+/secret/key.txt secr?t/tracked.txt s*/key.txt */key.txt {secret,pub}/key.txt secret/sub/../key.txt
  . ./ .. * ./* $x "$x" @secret/key.txt file:///tmp/world/work/secret/key.txt x=secret/key.txt host:secret/key.txt /proc/self/cwd/secret/key.txt
  s{ecret,x}/tracked.txt $'\\x73ecret/key.txt' secret/{key,tracked}.txt x/way/key.txt l/key.txt moved/key.txt pub/*/key.txt 's*/key.txt' ':/secret/key.txt' '**/key.txt' -`,
)
const OTHERS = words(
  'a.txt b.txt pub/x.txt pub new.txt src arch.tar files.zip x.patch names.txt data.json link - 1 s/one/x/ HEAD side . x one',
)
const CODE = [
  "'w secret/new.txt'",
  "'r secret/key.txt'",
  '\'{print > "secret/new.txt"}\'',
  "'{print}'",
  '\'BEGIN{while((getline l < "secret/key.txt")>0)print l}\'',
  '\'BEGIN{ARGV[1]="secret/key.txt";ARGC=2}{print}\'',
  '\'open(F,">secret/new.txt");print F 1\'',
  '\'import os;os.remove("secret/tracked.txt")\'',
  '\'print(open("secret/key.txt").read())\'',
  "'.output secret/new.txt'",
  "'wq! secret/new.txt'",
  "'s/one/two/w secret/new.txt'",
  "'p'",
  "'s/o/x/'",
]

export type FileVocabulary = readonly (readonly [program: string, options: readonly string[]])[]

/** Commands whose options are asked for. */
export const FILE_COMMANDS: readonly string[] = [...FILE_PROGRAMS, ...GIT_WORDS.map((name) => `git ${name}`)]

export const fileVocabulary = (some: readonly string[] = FILE_COMMANDS): FileVocabulary =>
  some.map((command) => {
    const [program = '', name] = command.split(' ')
    const told = name === undefined ? optionsOf(program, ['--help']) : optionsOf(program, [name, '-h'])
    return [command, [...told, ...told, ...LETTERS]] as const
  })

function simple(by: Chance, known: FileVocabulary): string {
  const [command, options] = by.of(known)
  const file = (): string => (by.happens(0.45) ? by.of(NAMES) : by.happens(0.15) ? by.of(CODE) : by.of(OTHERS))
  const option = (): string => {
    const name = by.of(options)
    const value = file()
    return by.of([
      name,
      name,
      `${name} ${value}`,
      `${name}${value}`,
      `${name}=${value}`,
      `${name.slice(0, 6)}=${value}`,
      `${name.slice(0, 6)} ${value}`,
    ])
  }
  const parts = Array.from({ length: 1 + by.below(4) }, () => (by.happens(0.45) ? option() : file()))
  const line = [command, ...parts].join(' ')
  return by.happens(0.15) ? `${line} ${by.of(['<', '>', '>>', '<>', '>|', '&>', '2>', '3<'])} ${file()}` : line
}

const BEFORE = [
  '',
  '',
  '',
  '',
  'cd secret; ',
  'cd pub && ',
  'x=secret/key.txt; ',
  'x="-o secret/new.txt"; ',
  'ln -s secret l; ',
  'mv secret moved; ',
  'cd pub/way; ',
  'git -C secret status; ',
  'pushd pub; ',
  'cp -r . /tmp/c; ',
  'cp -a pub x; ',
  'mv pub/way l; ',
  'cd src; ',
  'mkdir n; cd n; ',
  'tar xf arch.tar -C pub; ',
]

export function makePathLine(by: Chance, known: FileVocabulary): string {
  const line =
    by.of(BEFORE) +
    simple(by, known) +
    (by.happens(0.25) ? by.of([' && ', '; ', ' | ', ' | xargs ', ' && cat ', '; cat ']) + simple(by, known) : '')
  return by.happens(0.15) ? by.of(TRICKS)(by, line, simple(by, known)) : line
}

const DENYING = ['write', 'read'] as const
const policies: readonly Policy[] = DENYING.map((access) => policy({ mode: 'full', rules: [{ deny: { access, path: 'secret/**' } }] }))

export type PathsHunted = { readonly run: number; readonly found: readonly (Changed & { readonly allowed: string })[] }

/** Every option of every program beside a file of the secret, in places where it may be taken for one. */
export function* sweepPaths(known: FileVocabulary): Generator<string> {
  for (const [command, options] of known)
    for (const option of new Set(options))
      for (const file of ['secret/tracked.txt', 'secret/key.txt', 'secret/new.txt', 'pub/*/tracked.txt']) {
        yield `${command} ${option} ${file}`
        yield `${command} ${option} ${file} a.txt`
        yield `${command} ${option}${file} a.txt b.txt`
        yield `${command} ${option}=${file} a.txt`
        yield `${command} ${option} a.txt ${file}`
        yield `${command} a.txt ${option} ${file}`
        yield `${command} ${option} s/o/x/ ${file}`
        yield `${command} ${option} side`
        yield `cd secret && ${command} ${option} key.txt ../new.txt`
      }
}

/** Judges as many lines as `lines` says, and runs those that one of the policies lets through. */
export async function huntPaths(
  folder: string,
  { seed, lines, known }: { readonly seed: number; readonly lines: number; readonly known: FileVocabulary },
): Promise<PathsHunted> {
  const by = chance(seed)
  return runLetThrough(
    folder,
    Array.from({ length: lines }, () => makePathLine(by, known)),
  )
}

/** Runs those lines that one of the policies lets through. */
export async function runLetThrough(folder: string, lines: readonly string[]): Promise<PathsHunted> {
  const accessOf = shellAccess(PLACES)
  const run = new Map<string, readonly boolean[]>()
  for (const line of lines) {
    const accesses = await accessOf(line)
    const through = policies.map((each) => each.judge({ tool: 'bash', accesses }).decision === 'allow')
    if (through.includes(true)) run.set(line, through)
  }
  const done = await runForReal(folder, { lines: [...run.keys()], harmless: [...FILE_PROGRAMS, 'git'], secret: true })
  const found = done.flatMap((each) => {
    const [writes = false, reads = false] = run.get(each.line) ?? []
    if (writes && each.changed.length > 0) return [{ ...each, allowed: 'beside a rule over writes' }]
    return reads && each.shown === true ? [{ ...each, allowed: 'beside a rule over reads' }] : []
  })
  return { run: run.size, found }
}
