/** Builds this package. */
import type { UserConfig } from 'tsdown'
import { library } from '../../tsdown.base.ts'

export default library() satisfies UserConfig as UserConfig
