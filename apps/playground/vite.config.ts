/** Builds the pages of the playground. */
import { fileURLToPath } from 'node:url'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

const core = (file: string): string => fileURLToPath(new URL(`../../packages/core/src/${file}.ts`, import.meta.url))

export default defineConfig({
  base: './',
  // What is bundled is named, with its licence.
  build: { license: { fileName: 'licenses.md' } },
  plugins: [react()],
  resolve: {
    alias: [
      { find: /^@seamfold\/core$/, replacement: core('index') },
      { find: /^@seamfold\/core\/kit$/, replacement: core('kit') },
    ],
  },
})
