/** The environment that commands get: this process's own without what looks like a key. */

/** Variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>

/** What is to be passed on although its name looks like that of a key. */
export type KeepOptions = { readonly keep?: readonly string[] }

/** Words of a name that say that the value is secret, wherever they stand. */
const SECRET_WORD = /TOKEN$|SECRETS?$|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?$|APIKEY|^JWT$/
/** Words that say so at the end of a name of several. */
const SECRET_END = /_(?:KEY|PAT|PASS|PWD|AUTH)$/
const SECRET_KEY = /(?:API|ACCESS|PRIVATE|SECRET)_KEY(?:_|$)/

/** A test runner of Node leaves this for its children: with it a nested `node --test` would not speak to people. */
const OF_THE_RUNNER = 'NODE_TEST_CONTEXT'

/** Names are judged, values are not: an address with a password in it is passed on. */
export function commandEnvironment(environment: Environment = process.env, { keep = [] }: KeepOptions = {}): Record<string, string> {
  const passed = Object.entries(environment).filter(
    (entry): entry is [string, string] =>
      entry[1] !== undefined && (keep.includes(entry[0]) || (entry[0] !== OF_THE_RUNNER && !looksSecret(entry[0]))),
  )
  return Object.fromEntries(passed)
}

/** Whether a variable's name says that its value is secret. */
export function looksSecret(name: string): boolean {
  const words = name.toUpperCase().split(/[^A-Z0-9]+/)
  const joined = words.join('_')
  return SECRET_END.test(joined) || SECRET_KEY.test(joined) || words.some((word) => SECRET_WORD.test(word))
}
