/** The public door of @seamfold/cli: what a seamfold.config.ts needs, and the server of the playground for other front ends. */
export {
  defineConfig,
  definePolicy,
  type HookConfig,
  type PermissionMode,
  type PolicyConfig,
  type ProviderName,
  type SeamfoldConfig,
} from './config/config.ts'
export { servePlayground } from './playground/serve.ts'
export type {
  JudgeRequest,
  Playground,
  PlaygroundAbout,
  PlaygroundAgent,
  PlaygroundChange,
  PlaygroundEnds,
  PlaygroundExample,
  PlaygroundOptions,
  PlaygroundPermissions,
  PlaygroundSeam,
  PlaygroundVariant,
  PlaygroundWorkflows,
} from './playground/types.ts'
