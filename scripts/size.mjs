/** Measures what `import { createAgent } from '@seamfold/core'` costs a browser, and fails above the limit. */
import { isBuiltin } from 'node:module'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'

const limit = 40_000
const root = fileURLToPath(new URL('..', import.meta.url))

const bundle = () =>
  build({
    stdin: { contents: "export { createAgent } from '@seamfold/core'", resolveDir: root, sourcefile: 'entry.mjs' },
    absWorkingDir: root,
    tsconfig: 'tsconfig.base.json',
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2023',
    external: ['node:*'],
    metafile: true,
    write: false,
    outfile: 'size.js',
    logLevel: 'silent',
  })

const built = await bundle().catch((error) => {
  console.error(`The browser bundle of core does not build: ${error.message}`)
  process.exit(1)
})
const { metafile, outputFiles } = built

const room = (file) => {
  const dependency = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)
  if (dependency) return dependency[1]
  return /^packages\/core\/src\/([^/]+)\//.exec(file)?.[1] ?? 'doors'
}

const [output] = Object.values(metafile.outputs)
const rooms = new Map()
for (const [file, { bytesInOutput }] of Object.entries(output.inputs)) {
  rooms.set(room(file), (rooms.get(room(file)) ?? 0) + bytesInOutput)
}
for (const [name, bytes] of [...rooms].toSorted((left, right) => right[1] - left[1])) {
  console.log(`${String(bytes).padStart(8)}  ${name}`)
}

const code = outputFiles[0].contents
const zipped = gzipSync(code, { level: 9 }).length
console.log(`${String(code.length).padStart(8)}  minified\n${String(zipped).padStart(8)}  gzip, of ${limit} allowed`)

const builtins = output.imports.filter(({ path }) => isBuiltin(path)).map(({ path }) => path)
if (builtins.length > 0) {
  const from = Object.entries(metafile.inputs).filter(([, input]) => input.imports.some(({ path }) => builtins.includes(path)))
  console.error(`Core must run in a browser, but it imports ${builtins.join(', ')} in ${from.map(([file]) => file).join(', ')}.`)
  process.exitCode = 1
}
if (zipped > limit) {
  console.error(`Core is ${zipped - limit} bytes above its limit of ${limit} bytes gzip. The list above says which rooms weigh most.`)
  process.exitCode = 1
}
