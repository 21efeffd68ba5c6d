/**
 * Writes `corpus/<version>/`: journals of this release and what they fold to. Run it once, before a release whose record format, facts
 * or folds have changed, with a new number: `node packages/core/test/corpus/write.ts 2`. What earlier releases have written is never
 * written again.
 */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { exportSession } from '../../src/index.ts'
import { toFolds, toLines } from './journals.ts'
import { play, scenes } from './scenes.ts'

const version = process.argv[2] ?? ''
if (!/^\d+$/.test(version)) throw new Error('Say which version to write: node packages/core/test/corpus/write.ts 2')
const folder = fileURLToPath(new URL(version, import.meta.url))
if (existsSync(folder)) throw new Error(`${folder} is there already: a corpus that was released stays as it is`)

mkdirSync(folder)
for (const scene of scenes) {
  const store = await play(scene)
  writeFileSync(`${folder}/${scene.name}.jsonl`, await toLines(store))
  writeFileSync(`${folder}/${scene.name}.json`, `${JSON.stringify(await toFolds(store), undefined, 1)}\n`)
  if (scene.name !== 'branches') continue
  const lines: string[] = []
  for await (const line of exportSession(store, 'twig')) lines.push(`${line}\n`)
  writeFileSync(`${folder}/twig.export.jsonl`, lines.join(''))
}
