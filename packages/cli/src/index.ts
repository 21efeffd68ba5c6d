/** The public door of @seamfold/cli: what a seamfold.config.ts needs. */
export { defineConfig, type HookConfig, type PermissionMode, type ProviderName, type SeamfoldConfig } from './config/config.ts'
