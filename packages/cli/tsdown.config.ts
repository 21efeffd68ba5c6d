/** Builds this package. */
import type { UserConfig } from 'tsdown'
import { library } from '../../tsdown.base.ts'

export default library({
  entry: ['src/index.ts', 'src/main.ts'],
  copy: [{ from: '../../apps/playground/dist', to: 'dist', rename: 'playground' }],
}) satisfies UserConfig as UserConfig
