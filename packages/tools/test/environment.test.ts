/** Commands see what they need of the environment, and no keys, unless somebody says so. */
import { afterEach, expect, test, vi } from 'vitest'
import { codingTools, commandEnvironment, localWorkspace } from '@seamfold/tools'
import { call, named, temporaryDirectory, textOf } from './support.ts'

afterEach(() => vi.unstubAllEnvs())

const secret = [
  'OPENAI_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'GITHUB_TOKEN',
  'TOKEN',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'STRIPE_KEY',
  'PGPASSWORD',
  'MYSQL_PWD',
  'SMTP_PASS',
  'APP_SECRET',
  'SECRET_KEY_BASE',
  'npm_config__authToken',
  'npm_config_//registry.npmjs.org/:_authToken',
  'npm_config__auth',
  'AZURE_DEVOPS_EXT_PAT',
  'ACTIONS_ID_TOKEN_REQUEST_URL',
  'NODE_TEST_CONTEXT',
]
const plain = [
  'PATH',
  'HOME',
  'PWD',
  'OLDPWD',
  'SSH_AUTH_SOCK',
  'XAUTHORITY',
  'TOKENIZERS_PARALLELISM',
  'MAX_TOKENS',
  'KEYBOARD',
  'DATABASE_URL',
  'HTTPS_PROXY',
  'COMPASS',
  'npm_config_registry',
]

test.each(secret)('%s is kept back', (name) => {
  expect(commandEnvironment({ [name]: 'x', PATH: '/bin' })).toEqual({ PATH: '/bin' })
})

test.each(plain)('%s is passed on', (name) => {
  expect(commandEnvironment({ [name]: 'x' })).toEqual({ [name]: 'x' })
})

test('what is named is passed on all the same', () => {
  const environment = { GITHUB_TOKEN: 'x', NPM_TOKEN: 'y', NOTHING: undefined }
  expect(commandEnvironment(environment, { keep: ['GITHUB_TOKEN', 'NOTHING'] })).toEqual({ GITHUB_TOKEN: 'x' })
})

test('bash and git see no keys by default, those that are kept, or everything', async () => {
  vi.stubEnv('SOME_API_KEY', 'very-secret')
  vi.stubEnv('SOME_WORD', 'ordinary')
  const root = temporaryDirectory()
  const seen = async (workspace: Parameters<typeof codingTools>[0]['workspace']): Promise<string> =>
    textOf(await call(named(codingTools({ workspace }), 'bash'), { command: 'echo "$SOME_API_KEY $SOME_WORD"' }))
  expect(await seen(root)).toBe(' ordinary\n')
  expect(await seen(localWorkspace(root, { environment: commandEnvironment(process.env, { keep: ['SOME_API_KEY'] }) }))).toBe(
    'very-secret ordinary\n',
  )
  expect(await seen(localWorkspace(root, { environment: process.env }))).toBe('very-secret ordinary\n')
})
