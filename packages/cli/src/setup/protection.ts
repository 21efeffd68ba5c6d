/** What the command keeps to itself: the keys of its environment, what lies in `.env` files, what looks like a key. */
import { type DataProtection, dataProtection, environmentSecrets, knownSecrets } from '@seamfold/core'
import { AgentError } from '@seamfold/core/kit'
import type { SecretsConfig } from '../config/config.ts'

export type ProtectionOptions = {
  readonly secrets: SecretsConfig | undefined
  readonly workspace: string
  readonly environment: Readonly<Record<string, string | undefined>>
}

/** Some words that stand where a key will be are ordinary ones. */
function canHide(name: string, value: string): boolean {
  try {
    knownSecrets({ values: { [name]: value } })
    return true
  } catch {
    return false // it could not be told from the words of a replacement
  }
}

/** Undefined where the configuration turns it off. Throws `invalid_argument` for a secret that is offered and not there. */
export async function protectionOf({ secrets = {}, workspace, environment }: ProtectionOptions): Promise<DataProtection | undefined> {
  if (secrets === false) return undefined
  const { workspaceSecrets } = await import('@seamfold/tools')
  const { hide = [], offer = [], shapes = true } = secrets
  const values = workspaceSecrets({ directory: workspace, environment, hide: [...hide, ...offer] })
  const offered = Object.fromEntries(offer.map((name) => [name, environment[name] ?? values[name]]))
  const missing = offer.find((name) => (offered[name] ?? '') === '')
  if (missing !== undefined)
    throw new AgentError(
      'invalid_argument',
      `The configuration offers the secret '${missing}', which is set neither in the environment nor in a .env file of ${workspace}: set it, or take it out of 'secrets.offer'`,
    )
  const hidden = Object.fromEntries(Object.entries(values).filter(([name, value]) => canHide(name, value)))
  return dataProtection({ values: hidden, references: environmentSecrets(offered, offer), shapes })
}

/** For what is said to a session by a process that does not run it. */
export async function protectionHere(given: Promise<ProtectionOptions>): Promise<{ readonly security?: DataProtection }> {
  const security = await protectionOf(await given)
  return security === undefined ? {} : { security }
}
