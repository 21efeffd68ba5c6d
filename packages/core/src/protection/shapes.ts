/** How keys, tokens and passwords look that are known by their looks. */
import { isNoExample, type Shape, shapePattern } from './shape.ts'
import type { Pattern } from './pattern.ts'

/** Behind the last character of a key. */
const END = '(?![A-Za-z0-9_-])'

type Token = { readonly name: string; readonly seeds: readonly string[]; readonly rest: string; readonly isSecret?: Shape['isSecret'] }

/** A prefix of its own, and then so many characters of a kind. */
const token = ({ name, seeds, rest, isSecret = isNoExample }: Token): Shape => ({
  name,
  seeds,
  reach: new RegExp(`(?:${seeds.join('|')})[A-Za-z0-9_.-]{0,512}`, 'y'),
  whole: new RegExp(`()((?:${seeds.join('|')})${rest})${END}`, 'y'),
  isSecret,
})

const hasDigitAndLetter = (text: string): boolean => /\d/.test(text) && /[a-z]/i.test(text) && isNoExample(text)

const hasKeyBody = (text: string): boolean => /[A-Za-z0-9+/]{32}/.test(text)

/** What manuals write where a password goes. */
const NO_PASSWORD =
  /^(?:[$<{%*[].*|pass(?:word|wd)?|pwd|secret|user(?:name)?|root|admin|postgres|mysql|test|guest|token|key|x+|\.+|\d{1,5})$/i

const isPassword = (text: string): boolean => text.length >= 3 && !NO_PASSWORD.test(text) && !/example|changeme|your[-_]/i.test(text)

const TOKENS: readonly Token[] = [
  { name: 'anthropic-key', seeds: ['sk-ant-'], rest: '[A-Za-z0-9_-]{20,200}' },
  { name: 'openai-key', seeds: ['sk-proj-', 'sk-svcacct-', 'sk-admin-'], rest: '[A-Za-z0-9_-]{32,250}', isSecret: hasDigitAndLetter },
  { name: 'openrouter-key', seeds: ['sk-or-v1-'], rest: '[0-9a-f]{64}' },
  { name: 'secret-key', seeds: ['sk-'], rest: '[A-Za-z0-9]{32,64}', isSecret: hasDigitAndLetter },
  { name: 'aws-access-key', seeds: ['AKIA', 'ASIA'], rest: '[A-Z2-7]{16}' },
  { name: 'github-token', seeds: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], rest: '[A-Za-z0-9]{36,255}' },
  { name: 'github-token', seeds: ['github_pat_'], rest: '[A-Za-z0-9]{22}_[A-Za-z0-9]{59}' },
  { name: 'gitlab-token', seeds: ['glpat-', 'gldt-', 'glrt-'], rest: '[A-Za-z0-9_-]{20,64}', isSecret: hasDigitAndLetter },
  { name: 'slack-token', seeds: ['xoxb-', 'xoxp-', 'xoxa-', 'xoxr-', 'xoxs-', 'xoxe-'], rest: '[0-9]{6,16}-[A-Za-z0-9-]{16,200}' },
  { name: 'slack-token', seeds: ['xapp-1-'], rest: '[A-Z0-9]{8,16}-[0-9]{8,16}-[a-f0-9]{32,80}' },
  { name: 'stripe-key', seeds: ['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_'], rest: '[A-Za-z0-9]{24,200}' },
  { name: 'webhook-secret', seeds: ['whsec_'], rest: '[A-Za-z0-9]{32,64}' },
  { name: 'google-key', seeds: ['AIza'], rest: '[A-Za-z0-9_-]{35}', isSecret: hasDigitAndLetter },
  { name: 'google-token', seeds: ['GOCSPX-'], rest: '[A-Za-z0-9_-]{28}' },
  { name: 'google-token', seeds: ['ya29\\.'], rest: '[A-Za-z0-9_-]{40,400}' },
  { name: 'npm-token', seeds: ['npm_'], rest: '[A-Za-z0-9]{36}' },
  { name: 'pypi-token', seeds: ['pypi-AgEI'], rest: '[A-Za-z0-9_-]{50,400}' },
  { name: 'sendgrid-key', seeds: ['SG\\.'], rest: '[A-Za-z0-9_-]{22}\\.[A-Za-z0-9_-]{43}' },
  { name: 'huggingface-token', seeds: ['hf_'], rest: '[A-Za-z]{34}' },
  { name: 'digitalocean-token', seeds: ['dop_v1_', 'doo_v1_'], rest: '[a-f0-9]{64}' },
  { name: 'shopify-token', seeds: ['shpat_', 'shpss_', 'shpca_'], rest: '[a-fA-F0-9]{32}' },
  { name: 'databricks-token', seeds: ['dapi'], rest: '[a-f0-9]{32}' },
  { name: 'linear-key', seeds: ['lin_api_'], rest: '[A-Za-z0-9]{40}' },
  { name: 'vault-token', seeds: ['hvs\\.'], rest: '[A-Za-z0-9_-]{24,200}' },
  { name: 'groq-key', seeds: ['gsk_'], rest: '[A-Za-z0-9]{52}' },
  { name: 'xai-key', seeds: ['xai-'], rest: '[A-Za-z0-9]{80}' },
  { name: 'replicate-token', seeds: ['r8_'], rest: '[A-Za-z0-9]{37}' },
  { name: 'age-key', seeds: ['AGE-SECRET-KEY-1'], rest: '[A-Z0-9]{58}' },
]

const PEM_BEGIN = '-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----'
const PEM_END = '-----END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----'
const PEM_BODY = '[A-Za-z0-9+/=\\s\\\\"\':,-]{0,16384}'

/** A line of one where each has something before it: a place in a file, a number, a mark. */
const SHOWN_LINE = '[^\\n]{0,256}?[A-Za-z0-9+/]{60,76}={0,2}\\r?\\n'
const LAST_SHOWN_LINES = `(?:[^\\n]{0,256}?[A-Za-z0-9+/]{1,76}={0,2}\\r?\\n)?[^\\n]{0,256}?${PEM_END}`

const OTHERS: readonly Shape[] = [
  {
    name: 'jwt',
    seeds: ['eyJ'],
    reach: /eyJ[\w-]{0,1024}(?:\.(?:[\w-]{0,8192}(?:\.[\w-]{0,2048})?)?)?/y,
    whole: /()(eyJ[\w-]{10,1024}\.eyJ[\w-]{4,8192}\.[\w-]{16,2048})/y,
  },
  {
    name: 'private-key',
    seeds: ['-----BEGIN '],
    reach: new RegExp(`-----BEGIN [A-Z0-9 ]{0,60}(?:-----(?:${PEM_BODY}?${PEM_END}|${PEM_BODY})|-{1,4})?`, 'y'),
    whole: new RegExp(`()(${PEM_BEGIN}(?:${PEM_BODY}?${PEM_END}|${PEM_BODY}))`, 'y'),
    isSecret: hasKeyBody,
  },
  {
    name: 'private-key',
    seeds: ['-----BEGIN '],
    reach: new RegExp(
      `-----BEGIN [A-Z0-9 ]{0,60}(?:-----\\r?(?:\\n(?:${SHOWN_LINE}){0,400}[^\\n]{0,332}(?:\\n[^\\n]{0,320})?)?|-{1,4})?`,
      'y',
    ),
    whole: new RegExp(`()(${PEM_BEGIN}\\r?\\n(?:${SHOWN_LINE}){1,400}(?:${LAST_SHOWN_LINES})?)`, 'y'),
    isSecret: hasKeyBody,
  },
  {
    name: 'password',
    seeds: ['://'],
    reach: /:\/\/[^\s/:@"'`<>[\]\\]{0,256}(?::[^\s/@"'`<>\\]{0,512}@?)?/y,
    whole: /(:\/\/[^\s/:@"'`<>[\]\\]{0,256}:)([^\s/@"'`<>\\]{1,512})(?=@)/y,
    isSecret: isPassword,
  },
  {
    name: 'aws-secret-key',
    seeds: ['aws_secret_access_key', 'AWS_SECRET_ACCESS_KEY', 'secretAccessKey', 'SecretAccessKey'],
    reach: /(?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[sS]ecretAccessKey)["']?\s{0,4}[=:]?\s{0,4}\\?["']?[A-Za-z0-9+/]{0,41}/y,
    whole:
      /((?:aws_secret_access_key|AWS_SECRET_ACCESS_KEY|[sS]ecretAccessKey)\\?["']?\s{0,4}[=:]\s{0,4}\\?["']?)([A-Za-z0-9+/]{40})(?![A-Za-z0-9+/])/y,
  },
  {
    name: 'bearer-token',
    seeds: ['Bearer ', 'bearer '],
    reach: /[Bb]earer {1,2}[A-Za-z0-9._~+/=-]{0,4096}/y,
    whole: /([Bb]earer {1,2})([A-Za-z0-9._~+/-]{20,4096}={0,2})/y,
    isSecret: hasDigitAndLetter,
  },
  {
    name: 'basic-credentials',
    seeds: ['Authorization: Basic ', 'authorization: Basic '],
    reach: /[Aa]uthorization: Basic {1,2}[A-Za-z0-9+/=_-]{0,4096}/y,
    whole: /([Aa]uthorization: Basic {1,2})([A-Za-z0-9+/_-]{8,4096}={0,2})/y,
  },
]

const readable = (seed: string): string => seed.replaceAll('\\', '')

export const shapes: readonly Pattern[] = [
  ...TOKENS.map((each) => shapePattern({ ...token(each), seeds: each.seeds.map(readable) })),
  ...OTHERS.map(shapePattern),
]

/** What their replacements are called. */
export const shapeNames: readonly string[] = [...new Set(shapes.map(({ name }) => name))]
