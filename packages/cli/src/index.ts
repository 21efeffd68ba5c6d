/** The public door of @seamfold/cli: what a seamfold.config.ts needs. */
export {
  defineConfig,
  definePolicy,
  type HookConfig,
  type PermissionMode,
  type PolicyConfig,
  type ProviderName,
  type SeamfoldConfig,
} from './config/config.ts'
