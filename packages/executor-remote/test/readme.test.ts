/** The README and the page about the protocol tell the frames, the codes and the options as they are. */
import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { closeCodes } from '../src/protocol/close-codes.ts'

const read = (path: string): string => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const readme = read('README.md')

test('every close code, every frame and every field is in the protocol', () => {
  const protocol = read('../../docs/remote.md').split('## The protocol')[1] ?? ''
  expect(Object.values(closeCodes)).toEqual([4400, 4406, 4408, 4409, 4422, 4503])
  for (const code of Object.values(closeCodes)) expect(protocol).toContain(`| ${code} |`)
  const frames = [...read('src/protocol/frames.ts').matchAll(/type: z\.literal\('(\w+)'\)/g)].map(([, type]) => type)
  expect(frames).toHaveLength(10)
  for (const type of frames) expect(protocol).toContain(`\`${type}\``)
  const fields = [
    ...(/export type Welcome = \{([\s\S]*?)\n\}/.exec(read('src/protocol/frames.ts'))?.[1] ?? '').matchAll(/readonly (\w+\??):/g),
  ]
  expect(fields.length).toBeGreaterThan(9)
  expect(fields.filter(([, field = '']) => field !== 'type' && !protocol.includes(`\`${field}\``))).toEqual([])
})

test.each([
  ['remoteExecutor', 'src/client/options.ts', 'RemoteExecutorOptions'],
  ['serveExecutor', 'src/server/options.ts', 'ServeOptions'],
])('every option of %s is in the README, but the one for tests', (name, path, type) => {
  const section = readme.slice(readme.indexOf(`## \`${name}(`))
  const body = read(path).split(`interface ${type} {`)[1]?.split('\n}')[0] ?? ''
  const options = [...body.matchAll(/^ {2}readonly (\w+)/gm)].map(([, option]) => option)
  expect(options.length).toBeGreaterThan(9)
  expect(options.filter((option) => option !== 'system' && !section.includes(`\`${option}\``))).toEqual([])
})
