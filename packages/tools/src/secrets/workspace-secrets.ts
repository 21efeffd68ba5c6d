/** The secrets that lie around where an agent works: variables that look like keys, and those in the `.env` files of its folders. */
import { readFileSync, statSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { walkFolders } from '../sandbox/walk-folders.ts'
import { type Environment, looksSecret } from '../shell/command-environment.ts'

export interface WorkspaceSecretsOptions {
  readonly directory: string
  /** Default: this process's own. */
  readonly environment?: Environment
  /** Variables that hold secrets although their names do not say so. Default: none. */
  readonly hide?: readonly string[]
}

const ENV_FILE = /^\.env(?:\.(?!example$|sample$|template$|dist$|defaults$).+)?$/
const MOST_BYTES = 1024 * 1024
const SHORTEST = 8

/** Words that stand where a secret will be. */
const NO_SECRET =
  /^(?:true|false|null|undefined|none|change-?me|redacted|example.*|placeholder|your[-_ ].*|<.*>|\$\{.*\}|\*+|[a-z]{1,15})$/i

/** By name; of several files with different values all are kept. Files that cannot be read are passed over. */
export function workspaceSecrets({
  directory,
  environment = process.env,
  hide = [],
}: WorkspaceSecretsOptions): Readonly<Record<string, string>> {
  const secrets = new Map<string, string>()
  const names = new Set<string>()
  const add = (name: string, value: string): void => {
    if (value.length < SHORTEST || new Set(value).size < 4 || NO_SECRET.test(value) || [...secrets.values()].includes(value)) return
    let unique = name.replace(/[^\w.-]/g, '_').slice(0, 56)
    for (let count = 2; secrets.has(unique); count++) unique = `${name}.${count}`
    secrets.set(unique, value)
  }
  for (const variables of [environment, ...envFiles(directory)])
    for (const [name, value = ''] of Object.entries(variables)) {
      names.add(name)
      if (looksSecret(name) || hide.includes(name)) add(name, value)
      else for (const password of passwordsIn(value)) add(name, password)
    }
  // What is a name itself would be found in what it is replaced with.
  return Object.fromEntries([...secrets].filter(([, value]) => ![...names].some((name) => name.includes(value))))
}

/** Of parts of a workspace too, which have files of their own. */
function envFiles(directory: string): readonly Environment[] {
  const paths: string[] = []
  walkFolders(directory, ({ name }, path) => void (ENV_FILE.test(name) && paths.push(path)))
  return paths.flatMap(variablesOf)
}

function variablesOf(path: string): readonly Environment[] {
  try {
    const { size } = statSync(path)
    return size > MOST_BYTES ? [] : [parseEnv(readFileSync(path, 'utf8'))]
  } catch {
    return [] // what cannot be read here cannot be shown either
  }
}

/** The password of an address, as it stands there and as it is meant. */
function passwordsIn(value: string): readonly string[] {
  if (!/^[a-z][\w+.-]*:\/\/\S+$/i.test(value) || !URL.canParse(value)) return []
  const { password } = new URL(value)
  try {
    return password === '' ? [] : [password, decodeURIComponent(password)]
  } catch {
    return [password] // no escaped text
  }
}
