/** Builds this package. */
import type { UserConfig } from 'tsdown'
import { library } from '../../tsdown.base.ts'

const config: UserConfig = library({
  entry: ['src/index.ts', 'src/main.ts'],
  copy: [{ from: '../../apps/playground/dist', to: 'dist', rename: 'playground' }],
})

export default config
