/** Builds this package. */
import type { UserConfig } from 'tsdown'
import { library } from '../../tsdown.base.ts'

export default library({
  entry: ['src/index.ts', 'src/kit.ts', 'src/testing.ts'],
  platform: 'neutral',
  deps: { neverBundle: [/^node:/], onlyBundle: ['@noble/hashes', '@cfworker/json-schema'] },
}) satisfies UserConfig as UserConfig
