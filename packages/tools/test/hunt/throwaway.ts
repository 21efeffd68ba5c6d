/** Runs inside of a sandbox: makes a small world, runs each line in it for real, and says what the line changed. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  type BigIntStats,
  chmodSync,
  closeSync,
  cpSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const WORLD = '/tmp/world'
const KEPT = '/tmp/kept'
const PROGRAMS = '/tmp/programs'
const WORK = join(WORLD, 'work')
const MARKS = join(WORLD, 'marks/log')
const INDEX = join(WORK, '.git/index')
const SECRET = join(WORK, 'secret')
const CANARY = 'topsecret-canary-4711'
const SAID = '/tmp/said'
/** npm's log of itself; and what git leaves when it is killed. */
const OWN_NOTES: ReadonlySet<string> = new Set([join(WORLD, 'home/.npm'), join(WORK, '.git/index.lock')])
const LINE_MS = 1_500
const MOST_PROCESSES = 60

/** What the run is told: the lines, and the programs that a line may start. `secret`: only what becomes of the folder of this name counts. */
export type Given = { readonly lines: readonly string[]; readonly harmless: readonly string[]; readonly secret?: true }
/** What a line changed: files, and the programs that it started and should not have; `shown` where it told what is in the secret. */
export type Changed = { readonly line: string; readonly changed: readonly string[]; readonly started: string; readonly shown?: true }

/** Started by programs that only read: what unpacks, and what lays out a page of a manual. */
const HELPERS = 'gzip bzip2 xz zstd lzma compress nroff groff troff grotty tbl eqn preconv col locale iconv sh bash dash env git'.split(' ')
const MARKING = `#!/bin/sh\nprintf '%s\\n' "\${0##*/} $*" >> ${MARKS}\n`
/** Names that no machine has to have, for lines to start. */
const INVENTED = 'evil firefox w3m lynx xdg-open www-browser editor emacsclient gh-browser less-evil'.split(' ')

function makeWorld(harmless: readonly string[]): void {
  for (const folder of ['work/src', 'work/odd', 'work/pub', 'work/secret/sub', 'home', 'marks', 'temporary'])
    mkdirSync(join(WORLD, folder), { recursive: true })
  mkdirSync(PROGRAMS)
  const free = new Set([...harmless, ...HELPERS])
  const installed = ['/usr/bin', '/usr/sbin', '/bin', '/sbin'].flatMap((folder) => readdirSync(folder))
  for (const name of new Set([...installed, ...INVENTED])) {
    if (free.has(name)) continue
    writeFileSync(join(PROGRAMS, name), MARKING)
    chmodSync(join(PROGRAMS, name), 0o755)
  }
  const files: Readonly<Record<string, string>> = {
    'a.txt': 'one\ntwo\nrm pwned\n3\n',
    'b.txt': 'one\nthree\n',
    'list.txt': 'a.txt\n-o\n--output=pwned\n',
    'data.json': '{"a":[1,2],"b":"x"}\n',
    'c.md': '# Title\nTODO\n',
    'src/index.ts': 'export const one = 1\n',
    'script.sed': 'w pwned\n',
    'script.awk': 'BEGIN{system("evil")}\n',
    'evil.so': 'x',
    '-o': 'x',
    '-i': 'x',
    '--output=pwned': 'x',
    '--pre=evil': 'x',
    '-exec': 'x',
    '!evil': 'x',
    'odd/$(evil)': 'x',
    'odd/a b': 'x',
    'pub/x.txt': 'x\n',
    'secret/tracked.txt': 'one\ntwo\n',
    'secret/sub/deep.txt': 'deep\n',
    'x.patch': '--- a/secret/tracked.txt\n+++ b/secret/tracked.txt\n@@ -1,2 +1,2 @@\n one\n-two\n+three\n',
    'names.txt': 'secret/key.txt\n',
    '.gitattributes': '*.md diff=md\n',
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(WORK, name), text)
  for (const name of ['evil', 'ls', 'cat']) {
    writeFileSync(join(WORK, name), MARKING)
    chmodSync(join(WORK, name), 0o755)
  }
  writeFileSync(join(WORLD, 'home/.gitconfig'), '[user]\nname=a\nemail=a@b.c\n[init]\ndefaultBranch=main\n')
  symlinkSync('a.txt', join(WORK, 'link'))
  symlinkSync('../secret', join(WORK, 'pub/way'))
  mkdirSync(join(WORK, 'vendor'))
  const made = run(
    `tar cf arch.tar a.txt b.txt secret/tracked.txt; zip -q files.zip secret/tracked.txt a.txt; tar czf arch.tgz a.txt; zip -q arch.zip a.txt; gzip -k b.txt; git init -q; echo secret/key.txt >> .git/info/exclude; echo ${CANARY} > secret/key.txt; git add -A; git commit -qm one;
    git -C vendor init -q; git -C vendor config core.fsmonitor evil; git -C vendor config core.pager evil;
    git tag v1; echo four >> b.txt; git commit -qam two; git branch side; git checkout -q side; echo side >> secret/tracked.txt; git commit -qam side; git checkout -q main; echo five >> a.txt; git stash -q; echo six >> c.md
    sign() { printf 'tree %s\\nparent %s\\nauthor a <a@b.c> 1 +0000\\ncommitter a <a@b.c> 1 +0000\\ngpgsig -----BEGIN PGP SIGNATURE-----\\n x\\n -----END PGP SIGNATURE-----\\n\\nthree\\n' "$(git rev-parse 'HEAD^{tree}')" "$(git rev-parse HEAD)"; }
    git update-ref refs/heads/main "$(sign | git hash-object -t commit -w --stdin)"`,
    '/usr/bin:/bin',
  )
  if (made.status !== 0) throw new Error(`the world was not made: ${made.stderr}`)
}

const environment = (path: string): Record<string, string> => ({
  PATH: path,
  HOME: join(WORLD, 'home'),
  TMPDIR: join(WORLD, 'temporary'),
  LANG: 'C.UTF-8',
  DEBUG: '1',
})

const run = (line: string, path: string): { readonly status: number | null; readonly stderr: string } =>
  spawnSync('/bin/bash', ['-c', line], { cwd: WORK, env: environment(path), encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })

/** A line may close a folder. */
function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return lstatSync(path, { bigint: true })
  } catch {
    return undefined
  }
}

/** Mode, size, times and place of everything; a folder's times tell of files that came and went, which is no change. */
function snapshot(): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  const visit = (path: string): void => {
    const stats = statsOf(path)
    if (OWN_NOTES.has(path) || stats === undefined) return
    found.set(path, stats.isDirectory() ? String(stats.mode) : state(path, stats))
    if (stats.isDirectory()) for (const name of namesIn(path)) visit(join(path, name))
  }
  for (const name of readdirSync(WORLD)) if (name !== 'temporary') visit(join(WORLD, name))
  for (const folder of ['/tmp', PROGRAMS, '/var/tmp', '/run']) found.set(folder, readdirSync(folder).toSorted().join(' '))
  return found
}

/** git writes down anew when it looked at which file; what is staged stays. */
function state(path: string, { mode, size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  if (path === INDEX) return `${mode}`
  return [mode, size, mtimeNs, ctimeNs, ino].join(' ')
}

const staged = (): string =>
  spawnSync('/usr/bin/git', ['ls-files', '-s'], { cwd: WORK, env: environment('/usr/bin:/bin'), encoding: 'utf8' }).stdout

const processes = (): readonly number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)

function endOthers(own: ReadonlySet<number>): void {
  for (const pid of processes()) {
    if (own.has(pid)) continue
    try {
      process.kill(pid, 'SIGKILL')
    } catch {
      // It ended by itself.
    }
  }
}

async function runFree(line: string, said: number | 'ignore'): Promise<void> {
  const own = new Set(processes())
  const child: ChildProcess = spawn('/bin/bash', ['-c', line], {
    cwd: WORK,
    env: environment(`${PROGRAMS}:/usr/bin:/bin`),
    stdio: ['ignore', said, said],
    detached: true,
  })
  const late = setTimeout(() => endOthers(own), LINE_MS)
  const many = setInterval(() => {
    if (processes().length > own.size + MOST_PROCESSES) endOthers(own)
  }, 100)
  await new Promise<void>((resolve) => void child.on('close', () => resolve()))
  clearTimeout(late)
  clearInterval(many)
  endOthers(own)
}

const given: Given = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Given
makeWorld(given.harmless)
cpSync(WORLD, KEPT, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
const restore = (): void => {
  spawnSync('/bin/chmod', ['-R', 'u+rwX', WORLD])
  rmSync(WORLD, { recursive: true, force: true })
  cpSync(KEPT, WORLD, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true })
}
const there = new Set(readdirSync('/tmp'))
const clear = (): void => {
  for (const name of readdirSync('/tmp')) if (!there.has(name)) rmSync(join('/tmp', name), { recursive: true, force: true })
  restore()
}

/** Runs each line and looks whether anything at all is otherwise. */
async function watchAll(lines: readonly string[]): Promise<readonly Changed[]> {
  const stagedAtFirst = staged()
  let before = snapshot()
  let indexed = lstatSync(INDEX).mtimeMs
  const results: Changed[] = []
  for (const line of lines) {
    await runFree(line, 'ignore')
    const after = snapshot()
    const changed = [...after.keys(), ...before.keys()].filter((path) => after.get(path) !== before.get(path))
    const index = lstatSync(INDEX, { throwIfNoEntry: false })?.mtimeMs
    if (index !== indexed && staged() !== stagedAtFirst) changed.push(INDEX)
    indexed = index ?? 0
    rmSync(join(WORK, '.git/index.lock'), { force: true })
    if (changed.length === 0) continue
    const started = changed.includes(MARKS) ? readFileSync(MARKS, 'utf8') : ''
    results.push({ line, changed: [...new Set(changed)], started })
    clear()
    before = snapshot()
    indexed = lstatSync(INDEX).mtimeMs
  }
  return results
}

/** Runs each line and looks what became of the secret: whether it is otherwise, and whether it is told anywhere else. */
async function watchSecret(lines: readonly string[]): Promise<readonly Changed[]> {
  const inside = (): string => JSON.stringify([...snapshot()].filter(([path]) => path.startsWith(SECRET)))
  const results: Changed[] = []
  let whole = JSON.stringify([...snapshot()])
  let before = inside()
  for (const line of lines) {
    const said = openSync(SAID, 'w')
    await runFree(line, said)
    closeSync(said)
    const shown = isTold()
    const changed = inside() !== before
    rmSync(SAID, { force: true })
    if (changed || shown) results.push({ line, changed: changed ? [SECRET] : [], started: '', ...(shown ? { shown } : {}) })
    if (JSON.stringify([...snapshot()]) === whole) continue
    clear()
    whole = JSON.stringify([...snapshot()])
    before = inside()
  }
  return results
}

/** Whether what is in the secret stands anywhere else. */
const isTold = (): boolean =>
  spawnSync(
    '/usr/bin/grep',
    [
      '-rlF',
      '--exclude-dir=secret',
      '--devices=skip',
      CANARY,
      SAID,
      WORLD,
      ...readdirSync('/tmp')
        .filter((name) => !there.has(name))
        .map((name) => join('/tmp', name)),
    ],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  ).stdout.length > 0

writeFileSync(process.argv[3] ?? '', JSON.stringify(await (given.secret === true ? watchSecret : watchAll)(given.lines)))
