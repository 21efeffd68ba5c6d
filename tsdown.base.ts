/** The one build configuration that every library package shares. */
import { defineConfig, type UserConfig } from 'tsdown'

export const library = (overrides: UserConfig = {}): UserConfig =>
  defineConfig({
    entry: ['src/index.ts'],
    format: 'esm',
    platform: 'node',
    target: 'node22.18',
    dts: { sourcemap: false },
    deps: { onlyBundle: [] },
    sourcemap: true,
    clean: true,
    fixedExtension: false,
    publint: { strict: true },
    attw: { profile: 'esm-only' },
    ...overrides,
  })
