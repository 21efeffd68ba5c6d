/** What a command line is understood to run and to touch. */
import { mkdirSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Access } from '@seamfold/core/kit'
import { localWorkspace } from '@seamfold/tools'
import { describe, expect, test } from 'vitest'
import { shellAccess } from '../src/shell-grammar/shell-access.ts'
import { temporaryDirectory } from './support.ts'

const judged = async (line: string, root = temporaryDirectory()): Promise<readonly Access[]> => shellAccess(localWorkspace(root))(line)

const commandsOf = async (line: string): Promise<readonly string[]> =>
  (await judged(line)).flatMap((access) => (access.kind === 'exec' ? (access.commands ?? []) : []))

const whyOf = async (line: string): Promise<string> =>
  (await judged(line)).flatMap((access) => (access.kind === 'exec' ? (access.undecided ?? []) : [])).join('')

const placesOf = async (line: string, root?: string): Promise<readonly string[]> =>
  (await judged(line, root)).flatMap((access) =>
    (access.kind === 'read' || access.kind === 'write') && !('perhaps' in access) ? `${access.kind} ${access.path}` : [],
  )

describe('the commands of a line are', () => {
  test.each([
    ['git status', ['git status']],
    ['  a  "b c"  \\d', ["a 'b c' d"]],
    ['a && b || c; d | e |& f & g', ['a', 'b', 'c', 'd', 'e', 'f', 'g']],
    ['a\nb', ['a', 'b']],
    ['! a', ['a']],
    ['time -p a', ['a']],
    ['(a; b)', ['a', 'b']],
    ['{ a; } > f', ['a']],
    ['if a; then b; elif c; then d; else e; fi', ['a', 'b', 'c', 'd', 'e']],
    ['for i in $(a); do b; done', ['a', 'b']],
    ['for ((1; 0; 2)); do b; done', ['b']],
    ['while a; do b; done; until c; do d; done', ['a', 'b', 'c', 'd']],
    ['case $(a) in x) b ;; *) c ;; esac', ['a', 'b', 'c']],
    ['select i in a; do b; done', ['b']],
    ['f() { a; }; b', ['a', 'b']],
    ['function f { a; } > x', ['a']],
    ['coproc a', ['a']],
    ['a "$(b)" `c`', ['b', 'c', 'a "$(…)" $(…)']],
    ['a "x $(b "$(c)") y"', ['c', 'b "$(…)"', "a 'x '\"$(…)\"' y'"]],
    ['a <(b) >(c)', ['b', 'c', 'a <(…) >(…)']],
    ['cat <<E\n$(a)\n`b`\nE', ['a', 'b', 'cat']],
    ["cat <<'E'\n$(a)\nE", ['cat']],
    ['a <<< "$(b)"', ['b', 'a']],
    ['a < src/"$(b)"', ['b', 'a']],
    ['a ${x:-$(b)} ${y/$(c)/$(d)}', ['b', 'c', 'd', 'a $x $x']],
    ['x=$(a)', ['a']],
    ['x=(1 $(a)); y[0]=2', ['a']],
    ['[[ -f $(a) ]] && [[ $(b) == c ]]', ['a', 'b']],
    ['echo $((1 + $(a)))', ['a', 'echo $((…))']],
    ['eval "a; b" c', ['a', 'b c']],
    ["sh -c 'a; b'", ['a', 'b']],
    ["bash -euo pipefail -c 'a | b' name", ['a', 'b']],
    ["bash <<'E'\na; b\nE", ['a', 'b']],
    ['env -i LANG=C a b', ['a b']],
    ['timeout -k 5 --signal=TERM 10 nice -n 5 nohup stdbuf -oL setsid a', ['a']],
    ['command -p a', ['a']],
    ['command -v a', ['command -v a']],
    ['exec a', ['a']],
    ["trap 'a; b' EXIT", ['a', 'b']],
    ['xargs -0 -n 1 a b', ['a b "$@"']],
    ['xargs -I{} a x{}y', ['a x"$_"']],
    ['xargs', ['echo "$@"']],
    ['find . -name x -exec a {} \\; -execdir b {} +', ["find . -name x -exec a {} ';' -execdir b {} +", 'a "$_"', 'b "$@"']],
    ['sudo -u root a b', ['sudo -u root a b', 'a b']],
    ['ssh host a "; b"', ["ssh host a '; b'", 'a', 'b']],
    ['watch -n 1 "a; b"', ['a', 'b']],
    ['busybox rm x', ['busybox rm x', 'rm x']],
    ['/usr/bin/rm x; ./rm y; /tmp/rm z', ['rm x', './rm y', '/tmp/rm z']],
    ['r"m" x; \\rm y; $\'\\x72m\' z', ['rm x', 'rm y', 'rm z']],
    ['cd src && git log', ['cd src', 'git -C src log']],
    ['a # b', ['a']],
    ["git commit -m \"$(cat <<'E'\nit's; a $(b)\nE\n)\"", ['cat', 'git commit -m "$(…)"']],
    ['> f', []],
    ['', []],
  ] as const)('%j: %j', async (line, commands) => {
    expect(await whyOf(line)).toBe('')
    expect(await commandsOf(line)).toEqual(commands)
  })
})

describe('it cannot be told what a line runs', () => {
  test.each([
    ['$CMD x', 'which program'],
    ['"$(a)" x', 'which program'],
    ['/bin/r? x', 'which program'],
    ['{rm,x}', 'which program'],
    ['~/a', 'which program'],
    ['sh -c "$X"', 'only known when it runs'],
    ['a | sh', 'what it reads'],
    ['bash <<E\n\\$(a)\nE', 'what it reads'],
    ["zsh -c 'a'", 'not taken apart'],
    ['eval $X', 'eval'],
    ['. ./x', 'a file'],
    ['source x', 'a file'],
    ['LD_PRELOAD=x a', 'LD_PRELOAD'],
    ['PATH=.:$PATH', 'PATH'],
    ['export GIT_SSH_COMMAND=x', 'GIT_SSH_COMMAND'],
    ['PAGER="rm x" git log', 'PAGER'],
    ['env BASH_ENV=x a', 'BASH_ENV'],
    ['env -S "rm x"', 'env'],
    ['read PATH < x', 'PATH'],
    ['printf -v "a[$(b)]" x', 'printf'],
    ['for PATH in x; do a; done', 'PATH'],
    ['a {PATH}>x', 'PATH'],
    ['echo $((x))', 'computes'],
    ['echo $[x]', 'computes'],
    ['((x = y))', 'computes'],
    ['[[ $x -eq 1 ]]', 'computes'],
    ['[[ -v $x ]]', 'computes'],
    ['echo ${x[$i]}', 'computes'],
    ['echo ${x:$i}', 'computes'],
    ['echo ${!x}', 'name is only known'],
    ['echo ${x@P}', 'prompt'],
    ['echo ${PATH:=x}', 'PATH'],
    ['let x=1', 'computes'],
    ['declare -n x=PATH', 'which variable'],
    ['alias ls=rm', 'later commands'],
    ['git -c core.pager="rm x" log', 'git'],
    ['git -c alias.x="!rm y" x', 'git'],
    ['git --exec-path=/tmp log', 'git'],
    ['git grep -Orm x', 'git'],
    ['tar cf x --checkpoint-action=exec=a y', 'tar'],
    ['tar cf x *', 'tar'],
    ['rg --pre a x', 'rg'],
    ["sed '1e rm x' f", 'sed'],
    ["sed 's/a/b/ge' f", 'sed'],
    ['awk \'BEGIN { system("a") }\'', 'awk'],
    ['awk -f x', 'awk'],
    ['less +!a x', 'less'],
    ['man -P a x', 'man'],
    ['vim x', 'vim'],
    ['parallel a', 'parallel'],
    ['xargs -I% % x', 'which program'],
    ["sh -c \"echo $'\\\\'; rm x #'\"", 'not every shell'],
    ['f() { a; }; f', 'a meaning of its own'],
    ['ls() { ls | ls & }; ls', 'a meaning of its own'],
    ['a < "$f"', 'redirects'],
    ['LANG=../x a', 'LANG'],
    ['TZ=:/x a', 'TZ'],
    ['echo @(a|b)', 'pattern'],
    ['echo 1<()', 'a word that is not understood'],
    ['echo <(a)b', 'a word that is not understood'],
    ['a <<E>(b) c', 'a word that is not understood'],
    ['a <<E"F"\nEF', 'unusual'],
    ["echo $'\\\n'", 'unusual escape'],
    ["$'a\\x00b' c", 'unusual escape'],
    ['echo <()', 'empty'],
    ['((a); b); c', 'two brackets'],
    ['echo $((a); b)', 'two brackets'],
    ["echo $(cat <<'E'; a; b\nx\nE\n)", 'heredoc'],
    ['a \\', 'backslash'],
    ['echo $(', 'no complete command'],
    ['a )', 'no complete command'],
    ['a\u00a0b', 'cannot be seen'],
    ['echo a\rrm x', 'cannot be seen'],
    ['echo > /dev/tcp/x/80', 'another machine'],
    ['a > $X', 'redirects'],
    [`${'('.repeat(600)}a${')'.repeat(600)}`, ''],
    [`a ${'b '.repeat(20_000)}`, 'characters'],
    ["eval 'eval ".repeat(40), ''],
  ])('%j', async (line, why) => {
    expect(await whyOf(line)).toContain(why)
    expect(await whyOf(line)).not.toBe('')
  })

  test('but what is known of it is judged too', async () => {
    expect(await commandsOf('rm -rf x; $CMD')).toEqual(['rm -rf x'])
  })
})

describe('a line touches', () => {
  test.each([
    ['a > x 2>&1 >> y', ['write x', 'write y']],
    ['a &> x >| y <> z', ['write x', 'write y', 'read z', 'write z']],
    ['a < x', ['read x']],
    ['a > /dev/null 2> /dev/stderr < /dev/stdin', []],
    ['a > /etc/x', ['write /etc/x']],
    ['a > ~/x', [`write ${homedir()}/x`]],
    ['a > ../x/./y/../z', ['write /']],
    ['cd a && b > x', ['write a/x']],
    ['cd a; b > x', ['write a/x', 'write x']],
    ['cd a || b > x', ['write x']],
    ['(cd a); b > x', ['write x']],
    ['cd a | b; c > x', ['write x']],
    ['cd /etc && b > x', ['write /etc/x']],
    ['cd "$X"; b > x', ['write /']],
    ['f() { cd /etc; }; f; b > x', ['write /']],
    ['while a; do cd ..; done; b > x', ['write /']],
    ['cat a b', ['read a', 'read b']],
    ['head -n 5 a', ['read a']],
    ['cat $X', ['read /']],
    ['cat src/*.ts', ['read src']],
    ['rm {/etc/a,b}', ['write /']],
    ['rm -rf -- a', ['write a']],
    ['cp a b c', ['read a', 'read b', 'write c']],
    ['mv a b', ['read a', 'write a', 'write b']],
    ['tee a b', ['write a', 'write b']],
    ['dd if=a of=b', ['read a', 'write b']],
    ['sed -i s/a/b/ x', ['read x', 'write x']],
    ['sed -n 1p x', ['read x']],
    ['sort -o x y', ['read y', 'write x']],
    ['find a b -name c -delete', ['write a', 'write b']],
    ['find . -fprint x', ['read .', 'write x']],
    ['grep -rn a src', ['read src']],
    ['uniq a b', ['read a', 'write b']],
    ['a | uniq - b', ['write b']],
    ['xxd -l 4 a b', ['read a', 'write b']],
    ["awk -F: '{print $1}' a b", ['read a', 'read b']],
    ['awk -f p a', ['read a', 'read p']],
    ['jq .x a', ['read a']],
    ['jq -f p a', ['read a', 'read p']],
    ['tar tf a', ['read a']],
    ['tar czf a b c', ['read b', 'read c', 'write a']],
    ['tar -c -f a -C d b', ['read b', 'write a', 'read d/b']],
    ['tar cf - a', ['read a']],
    ['tar xf a', ['read a', 'write .']],
    ['tar --extract --file a -C b', ['read a', 'write b']],
    ['git show HEAD:a/b', ['read a/b']],
    ['git cat-file -p :a', ['read a']],
    ['git diff HEAD -- a', ['read a']],
    ['git blame a', ['read a']],
    ['git diff --no-index a b', ['read a', 'read b']],
    ['git clone git@github.com:a/b', ['write b']],
    ['git status', []],
    ['shasum a', ['read a']],
    ['unzip -l a', ['read a']],
  ])('%j: %j', async (line, places) => {
    expect(await placesOf(line)).toEqual(places)
  })

  test.each([
    ['grep -rn a src', ['read src']],
    ['grep -rn a', ['read .']],
    ['grep --recursive a', ['read .']],
    ['rg a', ['read .']],
    ['cat src/*.ts', ['read src']],
    ['cat *', ['read .']],
    ['cp -r src lib', ['read src', 'write lib']],
    ['rm -rf src', ['write src']],
    ['find src -delete', ['write src']],
    ['chmod -R +x src', ['write src']],
    ['git grep a', ['read .']],
    ['git grep -n a -- src', ['read src']],
    ['git --no-pager grep -n a src', ['read src']],
    ['tar cf a src', ['read src']],
    ['tar xf a -C src', ['write src']],
    // Names are no contents, and a file is no folder.
    ['ls -R src', []],
    ['find . -name a', []],
    ['tree', []],
    ['cat src/a.ts', []],
    ['grep -n a src/a.ts', []],
    ['rm a', []],
  ])('%j, of which it goes through whatever lies below %j', async (line, places) => {
    const below = (await judged(line)).flatMap((access) => ('below' in access && access.below ? `${access.kind} ${access.path}` : []))
    expect(below).toEqual(places)
  })

  test('anywhere, where it goes through a folder that holds the workspace', async () => {
    expect(await placesOf('grep -r a ..')).toEqual(['read /'])
    expect(await placesOf('grep -r a /tmp')).toEqual(['read /'])
    expect(await placesOf('grep -r a /etc')).toEqual(['read /etc'])
  })

  test('what its links lead to', async () => {
    const root = temporaryDirectory({ 'real/a': '' })
    mkdirSync(join(root, 'real/deep'))
    symlinkSync('real/deep', join(root, 'link'))
    symlinkSync('/etc', join(root, 'away'))
    expect(await placesOf('a > link/x', root)).toEqual(['write real/deep/x'])
    // The kernel goes up from where the link leads, not from where it stands.
    expect(await placesOf('a > link/../x', root)).toEqual(['write real/x'])
    expect(await placesOf('cd link && a > ../x', root)).toEqual(['write real/x'])
    expect(await placesOf('a > away/x', root)).toEqual([`write ${root}/away/x`])
    // Also outside of the workspace, where that is perhaps.
    expect(await judged('a > away/x', root)).toContainEqual({ kind: 'write', path: '/etc/x', perhaps: true })
    expect(await placesOf('a > away/../x', root)).toEqual(['write /'])
  })

  test('the paths that its words name by these words, and those that it redirects to by none', async () => {
    expect((await judged('rm a > b')).slice(1)).toEqual([
      { kind: 'write', path: 'b' },
      { kind: 'write', path: 'a', by: 'rm a' },
    ])
  })
})
