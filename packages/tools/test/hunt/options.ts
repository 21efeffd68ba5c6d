/** What the programs of this machine say of their options. */
import { spawnSync } from 'node:child_process'

const ask = (program: string, words: readonly string[]): string => {
  const { stdout, stderr } = spawnSync(program, words, {
    encoding: 'utf8',
    timeout: 3_000,
    input: '',
    env: { PATH: '/usr/bin:/bin', LANG: 'C', MANPAGER: 'cat', PAGER: 'cat' },
  })
  return `${stdout}\n${stderr}`
}

const found = (text: string): readonly string[] => [
  ...new Set([...text.matchAll(/(?<![\w-])--?(?:\[no-\])?[A-Za-z0-9][\w-]*/g)].map(([option]) => option.replace('[no-]', ''))),
]

/** As its help names them. `help` are the words that make it help: never what would do its work. */
export const optionsOf = (program: string, help: readonly string[]): readonly string[] => found(ask(program, help))

/** Also those that it does not tell of. */
export const LETTERS: readonly string[] = [...'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'].map(
  (letter) => `-${letter}`,
)
