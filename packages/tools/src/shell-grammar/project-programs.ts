/** What the words of the programs of a project name: what runs code, what builds, checks and formats. Data, one line each. */
import type { Program } from './program-words.ts'

const all = (names: string, program: Program): Readonly<Record<string, Program>> =>
  Object.fromEntries(names.split(/\s+/).map((name) => [name, program]))

/** The first words say what is done. */
const one: Program = { takes: 'verb maybe*' }
const two: Program = { takes: 'verb verb maybe*' }
const FORMATS: Program = { takes: 'moved*', reads: 'c config ignore-path', text: 'l line-length', shows: 'check diff l list-different' }

export const PROJECT_PROGRAMS: Readonly<Record<string, Program>> = {
  ...all(
    'bundle composer docker docker-compose podman dotnet gradle gradlew ./gradlew just mix mvn rails rake rustup swift ruff task terraform turbo vagrant',
    one,
  ),
  ...all('aws az brew cargo firebase gcloud go helm heroku kubectl npm pip pip3 pipx pnpm poetry', two),
  ...all('apt apt-get dnf yum apk pacman snap systemctl service journalctl launchctl uv yarn vercel netlify nx deno', two),
  ...all('gh glab', { ...two, text: 't title b body description', reads: 'F body-file' }),
  bun: { ...two, code: 'e eval p print' },
  ...all('node nodejs', {
    takes: 'read maybe*',
    listens: 1,
    tells: 'v h test',
    code: 'e eval p print',
    reads: 'r require import env-file',
    into: 'diagnostic-dir report-dir redirect-warnings',
    text: 'C conditions stack-size',
  }),
  ...all('python python2 python3 pypy pypy3', { takes: 'read maybe*', code: 'c', text: 'W X', listens: 1, tells: 'V h' }),
  ...all('ruby', { takes: 'read maybe*', code: 'e', changes: 'i', into: 'C', listens: 1, tells: 'v h' }),
  perl: { takes: 'read maybe*', code: 'e E', changes: 'i', listens: 1, tells: 'v h' },
  php: { takes: 'read maybe*', code: 'r B R E', reads: 'f F c', listens: 1, tells: 'v h' },
  ...all(
    'lua luajit Rscript R osascript groovy julia elixir tclsh wish m4 gnuplot octave guile sbcl ghci irb ipython raku scheme clojure gs dc',
    { takes: 'read maybe*', code: 'e E l eval', listens: 1 },
  ),
  ...all('tsx ts-node swc-node', {
    takes: 'read maybe*',
    code: 'e eval p print',
    reads: 'P project tsconfig',
    listens: 1,
    tells: 'v h test',
  }),
  tsc: {
    takes: 'tree*',
    reads: 'p project',
    text: 't target m module lib jsx moduleResolution',
    writes: 'outFile tsBuildInfoFile generateTrace generateCpuProfile',
    into: 'outDir declarationDir',
  },
  ...all('eslint oxlint biome stylelint', {
    takes: 'tree*',
    reads: 'c config ignore-path',
    text: 'ext rule f format max-warnings ignore-pattern',
    writes: 'o output-file cache-location cache-file',
    changes: 'fix fix-dry-run write apply unsafe fix-suggestions',
  }),
  ...all('black isort autopep8 rustfmt', FORMATS),
  prettier: { takes: 'tree*', changes: 'w write', reads: 'config ignore-path', text: 'parser tab-width print-width' },
  ...all('gofmt goimports', { takes: 'tree*', changes: 'w', text: 'r', writes: 'cpuprofile', oneDash: true }),
  'clang-format': { takes: 'tree*', changes: 'i', text: 'style assume-filename' },
  shfmt: { takes: 'tree*', changes: 'w write', text: 'i ln' },
  ...all('mypy pyright flake8 pylint shellcheck yamllint markdownlint hadolint', { takes: 'tree*', reads: 'rcfile config config-file' }),
  ...all('vitest jest mocha ava playwright', {
    takes: 'tree*',
    reads: 'c config r require setupFiles project',
    text: 't testNamePattern g grep reporter timeout testTimeout shard testPathIgnorePatterns coveragePathIgnorePatterns',
    writes: 'outputFile',
    into: 'outputDir coverageDirectory output',
  }),
  ...all('pytest py.test', {
    takes: 'tree*',
    reads: 'c p',
    text: 'k m n maxfail tb durations',
    writes: 'junitxml junit-xml',
    into: 'basetemp rootdir cov-report',
  }),
  ...all('sh bash dash ash', { takes: 'read maybe*', text: 'o O', reads: 'rcfile init-file', listens: 1 }),
  ...all('gcc g++ cc c++ clang clang++ rustc', {
    takes: 'tree*',
    writes: 'o MF',
    text: 'O m D l std target x',
    maybe: 'W f',
    into: 'out-dir',
    reads: 'I L include isystem',
  }),
  make: { takes: 'maybe*', reads: 'f file makefile', into: 'C directory', text: 'j jobs l load-average' },
  sass: { takes: 'read write' },
  pandoc: { takes: 'tree*', writes: 'o output log', text: 'f from t to r w s', reads: 'template css include-in-header' },
  protoc: { takes: 'tree*', maybe: 'I proto_path' },
  convert: { takes: 'tree* moved' },
  magick: { takes: 'maybe*' },
}

/** They run the program behind them, some behind one word more. */
export const RUNNERS: Readonly<Record<string, RegExp | undefined>> = {
  npx: undefined,
  bunx: undefined,
  uvx: undefined,
  pnpx: undefined,
  npm: /^(?:exec|x)$/,
  pnpm: /^(?:exec|dlx)$/,
  yarn: /^(?:exec|dlx|run)$/,
  bun: /^x$/,
  uv: /^run$/,
  poetry: /^run$/,
  pipx: /^run$/,
  bundle: /^exec$/,
}
