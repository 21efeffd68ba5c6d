/** Keys are known by their looks, and what only looks a little like one is left alone. No key stands in this file: they are made up. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { knownSecrets } from '../../src/index.ts'

const provider = knownSecrets()

const DIGITS = '0123456789'
const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const HEX = '0123456789abcdef'
const ALL = LOWER.toUpperCase() + LOWER + DIGITS

const some = (count: number, of: string = ALL): string => Array.from(randomBytes(count), (byte) => of[byte % of.length]).join('')

/** A token as its service makes them: of every kind of character that it has. */
const made = (count: number, of: string = ALL): string => `a7${some(count - 4, of)}Kq`.slice(0, count)

const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

const pem = (kind: string, lines = 12): string =>
  `-----BEGIN ${kind}-----\n${Array.from({ length: lines }, () => randomBytes(48).toString('base64')).join('\n')}\n-----END ${kind}-----`

const KEYS: readonly (readonly [name: string, key: () => string])[] = [
  ['anthropic-key', () => `sk-ant-api03-${made(93)}AA`],
  ['anthropic-key', () => `sk-ant-oat01-${made(60)}`],
  ['anthropic-key', () => `sk-ant-admin01-${made(60)}`],
  ['openai-key', () => `sk-proj-${made(48)}T3BlbkFJ${some(40)}`],
  ['openai-key', () => `sk-svcacct-${made(64)}`],
  ['secret-key', () => `sk-${made(20)}T3BlbkFJ${some(20)}`],
  ['secret-key', () => `sk-${made(32)}`],
  ['openrouter-key', () => `sk-or-v1-${some(64, HEX)}`],
  ['aws-access-key', () => `AKIA${some(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['aws-access-key', () => `ASIA${some(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`],
  ['aws-secret-key', () => `aws_secret_access_key = ${made(40)}`],
  ['aws-secret-key', () => `AWS_SECRET_ACCESS_KEY=${made(40)}`],
  ['aws-secret-key', () => `"SecretAccessKey": "${made(40)}"`],
  ...['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'].map((prefix) => ['github-token', () => prefix + made(36)] as const),
  ['github-token', () => `github_pat_${made(22)}_${made(59)}`],
  ['gitlab-token', () => `glpat-${made(20)}`],
  ['slack-token', () => `xoxb-${some(11, DIGITS)}-${some(12, DIGITS)}-${made(24)}`],
  ['slack-token', () => `xoxp-${some(11, DIGITS)}-${some(12, DIGITS)}-${some(12, DIGITS)}-${some(32, HEX)}`],
  ['slack-token', () => `xapp-1-A${some(10, DIGITS)}-${some(13, DIGITS)}-${some(64, HEX)}`],
  ['stripe-key', () => `sk_live_${made(24)}`],
  ['stripe-key', () => `rk_live_${made(40)}`],
  ['stripe-key', () => `sk_test_${made(99)}`],
  ['webhook-secret', () => `whsec_${made(32)}`],
  ['google-key', () => `AIza${made(35)}`],
  ['google-token', () => `GOCSPX-${made(28)}`],
  ['google-token', () => `ya29.${made(120)}`],
  ['npm-token', () => `npm_${made(36)}`],
  ['pypi-token', () => `pypi-AgEI${made(120)}`],
  ['sendgrid-key', () => `SG.${made(22)}.${made(43)}`],
  ['huggingface-token', () => `hf_${some(34, LOWER + LOWER.toUpperCase())}`],
  ['digitalocean-token', () => `dop_v1_${some(64, HEX)}`],
  ['shopify-token', () => `shpat_${some(32, HEX)}`],
  ['databricks-token', () => `dapi${some(32, HEX)}`],
  ['linear-key', () => `lin_api_${made(40)}`],
  ['vault-token', () => `hvs.${made(90)}`],
  ['groq-key', () => `gsk_${made(52)}`],
  ['xai-key', () => `xai-${made(80)}`],
  ['replicate-token', () => `r8_${made(37)}`],
  ['age-key', () => `AGE-SECRET-KEY-1${some(58, 'QPZRY9X8GF2TVDW0S3JN54KHCE6MUA7L')}`],
  [
    'jwt',
    () => `${base64url({ alg: 'HS256', typ: 'JWT' })}.${base64url({ sub: randomUUID(), iat: 1 })}.${randomBytes(32).toString('base64url')}`,
  ],
  [
    'jwt',
    () =>
      `${base64url({ alg: 'RS256', kid: randomUUID() })}.${base64url({ iss: 'x', email: 'a@b.c' })}.${randomBytes(256).toString('base64url')}`,
  ],
  ...['RSA PRIVATE KEY', 'PRIVATE KEY', 'EC PRIVATE KEY', 'OPENSSH PRIVATE KEY', 'ENCRYPTED PRIVATE KEY', 'PGP PRIVATE KEY BLOCK'].map(
    (kind) => ['private-key', () => pem(kind)] as const,
  ),
  ['private-key', () => pem('RSA PRIVATE KEY').replaceAll('\n', '\r\n')],
  ['private-key', () => JSON.stringify(pem('PRIVATE KEY')).slice(1, -1)],
  [
    'private-key',
    () =>
      pem('EC PRIVATE KEY')
        .split('\n')
        .map((line, index) => `${String(index + 1).padStart(6)}\t${line}`)
        .join('\n')
        .trimStart()
        .replace(/^1\t/, ''),
  ],
  ...['postgres', 'postgresql', 'mysql', 'mongodb+srv', 'redis', 'amqps', 'https', 'smtp', 'ftp'].map(
    (scheme) => ['password', () => `${scheme}://app:${made(12)}@db.internal:5432/x`] as const,
  ),
  ['password', () => `redis://:${made(16)}@cache:6379`],
  ['password', () => `https://x-access-token:${made(30)}@github.com/a/b.git`],
  ['bearer-token', () => `Authorization: Bearer ${made(40)}`],
  ['bearer-token', () => `curl -H "authorization: bearer ${made(30)}"`],
  ['basic-credentials', () => `Authorization: Basic ${Buffer.from(`user:${made(20)}`).toString('base64')}`],
]

const around: readonly (readonly [string, string])[] = [
  ['', ''],
  ['KEY=', '\n'],
  ['{"key": "', '"}'],
  ["const key = '", "'\n"],
  ['it is ', ', they say.'],
  ['(', ')'],
  ['https://host/?token=', '&more=1'],
]

const hash = (algorithm: string, seed: number): string => createHash(algorithm).update(String(seed)).digest('hex')

const ordinary = (): readonly string[] => [
  ...Array.from({ length: 20 }, () => randomUUID()),
  ...Array.from({ length: 20 }, (_, seed) => hash('sha1', seed)),
  ...Array.from({ length: 20 }, (_, seed) => `sha256:${hash('sha256', seed)}`),
  ...Array.from({ length: 10 }, (_, seed) => hash('md5', seed)),
  ...Array.from({ length: 20 }, () => `sha512-${randomBytes(64).toString('base64')}`),
  ...Array.from({ length: 10 }, () => `h1:${randomBytes(32).toString('base64')}`),
  ...Array.from({ length: 10 }, () => `data:image/png;base64,${randomBytes(3000).toString('base64')}`),
  ...Array.from({ length: 5 }, () => randomBytes(20_000).toString('base64')),
  ...Array.from({ length: 5 }, () => randomBytes(3000).toString('base64url')),
  ...Array.from({ length: 10 }, () => `toolu_01${some(22)}`),
  ...Array.from({ length: 10 }, () => `call_${some(24)}`),
  ...Array.from({ length: 10 }, () => `msg_${some(24)}`),
  ...Array.from({ length: 5 }, () => `chatcmpl-${some(29)}`),
  ...Array.from({ length: 5 }, () => base64url({ json: 'in base64', number: Math.PI })),
  ...Array.from({ length: 5 }, () => `ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI${randomBytes(32).toString('base64')} me@host`),
  ...['CERTIFICATE', 'PUBLIC KEY', 'RSA PUBLIC KEY', 'CERTIFICATE REQUEST', 'PGP MESSAGE'].map((kind) => pem(kind)),
  ...PROSE,
]

const PROSE: readonly string[] = [
  'task-list-item sk-folding-cube sk-chasing-dot-before sk-learn-contrib-very-long-package-name-of-somebody',
  'disk-usage-of-the-whole-machine risk-assessment-for-everything-that-we-do',
  '.sk-cube-grid .sk-cube1 { animation: sk-cubeGridScaleDelay 1.3s infinite ease-in-out; }',
  'npm_config_registry npm_package_name npm_lifecycle_event npm_config_user_agent_of_somebody_else_here',
  'ghp_ and gho_ and github_pat_ are prefixes of tokens',
  'AKIA is how access keys begin; AKIAIOSFODNN7EXAMPLE is the one of the manual',
  'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  'aws_secret_access_key = <your key>',
  'process.env.AWS_SECRET_ACCESS_KEY ?? fail("set AWS_SECRET_ACCESS_KEY")',
  'Bearer of bad news, the messenger who had walked for days arrived',
  'Authorization: Bearer <token>',
  'Authorization: Bearer $TOKEN',
  'Authorization: Bearer ${process.env.GITHUB_TOKEN}',
  'headers: { authorization: `Bearer ${token}` }',
  'the bearer token_authentication_middleware_for_express_and_others is a package',
  'postgres://user:password@localhost:5432/db',
  'postgres://postgres:postgres@localhost/test',
  'mysql://root:root@127.0.0.1/x',
  'mongodb://<user>:<password>@cluster.example.net',
  'redis://:${REDIS_PASSWORD}@cache:6379',
  'postgres://$USER:$PASS@host/db',
  'https://example.com:8080/path@v2?x=1',
  'http://localhost:3000/users/@me',
  'https://user@host/path',
  'git+ssh://git@github.com:owner/repo.git',
  'https://registry.npmjs.org/@scope/package/-/package-1.0.0.tgz',
  'ws://127.0.0.1:9229/0f2c936f-b1cd-4ac9-aab3-f63b0f33d55e',
  'http://[::1]:8080/a:b@c',
  'the file begins with -----BEGIN RSA PRIVATE KEY----- and ends with -----END RSA PRIVATE KEY-----',
  'grep -rn "BEGIN PRIVATE KEY" . || echo none',
  'eyJhbGciOiJIUzI1NiJ9 is the header of a token without anything behind it',
  'eyJ.eyJ.sig',
  'SG. is a prefix. ya29. is another. hvs. as well.',
  'whsec_... sk_test_... sk_live_xxxxxxxxxxxxxxxxxxxxxxxx',
  'sk_live_your_key_here_of_24_characters',
  'xoxb-your-token-here',
  'hf_transfer hf_hub_download hf_model_with_quite_a_long_name_of_its_own',
  'const AIzaSomething = "AIza..."',
  'dapi_client dapi-tools dapiary',
  'r8_t r8_unorm r8_uint_of_some_texture_format',
  'glpat-xxxxxxxxxxxxxxxxxxxx',
  'password: hunter2 and PASSWORD=hunter2 without a name that is known',
  '[redacted:github-token] and [redacted:password]',
  'secret://GITHUB_TOKEN',
  '{"resolved": "https://codeload.github.com/a/b/tar.gz/0123456789012345678901234567890123456789", "integrity": ""}',
  '0x' + 'ab12'.repeat(16),
  'M150 0 L75 200 L225 200 Z m-12.5,3.25c-1.1,0-2-.9-2-2',
  'color: #a1b2c3; --shadow: 0 0 0 1px rgb(0 0 0 / 5%)',
  '2026-01-02T03:04:05.678Z 192.168.0.1 fe80::1ff:fe23:4567:890a',
]

describe('a key', () => {
  test('of every kind is taken out, wherever it stands', () => {
    expect(KEYS.length).toBeGreaterThanOrEqual(60)
    const left: string[] = []
    for (const [name, key] of KEYS)
      for (const [before, after] of around) {
        const text = before + key() + after
        const shown = provider.redact(text)
        if (!shown.includes(`[redacted:${name}]`) || !shown.startsWith(before) || !shown.endsWith(after))
          left.push(`${name}: ${text} → ${shown}`)
      }
    expect(left).toEqual([])
  })

  test('that was cut off in the middle is taken out as well', () => {
    expect(provider.redact(pem('RSA PRIVATE KEY').slice(0, 400))).toBe('[redacted:private-key]')
  })

  test('is known without a digit in it', () => {
    expect(provider.redact('Authorization: Basic dXNlcjphNzNKSEFxTXlPYVliZWkzdXNLcQ==')).toBe(
      'Authorization: Basic [redacted:basic-credentials]',
    )
  })

  test('leaves nothing of itself behind', () => {
    for (const [, key] of KEYS) {
      const text = key()
      const longest = text.split(/[^A-Za-z0-9+/_-]+/).toSorted((a, b) => b.length - a.length)[0] ?? ''
      expect(provider.redact(text)).not.toContain(longest.slice(-8))
    }
  })

  test('is the same in pieces of any size', () => {
    for (const [, key] of KEYS)
      for (const size of [1, 2, 3, 7, 64]) {
        const text = `a ${key()} b`
        const tap = provider.tap()
        let shown = ''
        for (let at = 0; at < text.length; at += size) shown += tap.push(text.slice(at, at + size))
        expect(shown + tap.end()).toBe(provider.redact(text))
      }
  })
})

test('what is no key stays as it is', () => {
  const texts = ordinary()
  expect(texts.length).toBeGreaterThanOrEqual(200)
  expect(
    texts.filter((text) => provider.redact(text) !== text).map((text) => `${text.slice(0, 200)} → ${provider.redact(text).slice(0, 200)}`),
  ).toEqual([])
})
