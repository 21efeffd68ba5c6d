/** A real browser, where this machine has one. */
import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const executablePath = process.env['CHROMIUM_PATH'] ?? '/usr/bin/chromium'

export const hasBrowser = existsSync(executablePath)

/** Printed once per file, since a test that is skipped says nothing. */
export function sayIfSkipped(): void {
  if (hasBrowser) return
  process.stderr.write(
    `\n*** NOT TESTED: there is no browser at ${executablePath}, so the pages of the playground were not opened. ` +
      "Install Debian's chromium, or set CHROMIUM_PATH. ***\n\n",
  )
}

/** Each launch has a new profile folder. */
export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath,
    args: [
      '--headless',
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
