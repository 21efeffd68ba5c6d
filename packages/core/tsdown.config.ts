/** Builds this package. */
import type { UserConfig } from 'tsdown'
import { library } from '../../tsdown.base.ts'

const config: UserConfig = library({
  entry: ['src/index.ts', 'src/kit.ts', 'src/testing.ts', 'src/testing-node.ts'],
  platform: 'neutral',
  deps: { neverBundle: [/^node:/], onlyBundle: [] },
})

export default config
