/** Takes the pictures of the playground that the README shows, from the built command with the simulator: `pnpm playground:screenshots`. */
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { hasBrowser, openBrowser } from '../test/browser.ts'
import { project } from '../test/command.ts'

const folder = fileURLToPath(new URL('../../../docs/images/', import.meta.url))

async function play(page: Page, url: string, title: string): Promise<void> {
  await page.goto(new URL('#/', url).href)
  await page.getByRole('button', { name: title }).click()
  await page.waitForURL(/#\/session\//)
}

if (!hasBrowser) throw new Error("There is no browser to take pictures with: install Debian's chromium, or set CHROMIUM_PATH.")
await mkdir(folder, { recursive: true })
const here = await project()
const browser = await openBrowser()
try {
  const { url } = await here.start()
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, colorScheme: 'light', reducedMotion: 'reduce' })
  const take = (name: string): Promise<unknown> => page.screenshot({ path: `${folder}playground-${name}.png` })
  await page.goto(url)
  await page.getByRole('button', { name: 'Explore and answer' }).waitFor()
  await take('welcome')
  await play(page, url, 'Crash in the middle')
  await page.getByText('it was ended by SIGKILL').first().waitFor()
  await page.getByRole('button', { name: 'Resume' }).click()
  await page.locator('.outcome').waitFor()
  // What the picture is about: where the new process went on.
  await page.locator('.conversation-scroll').evaluate((scroller) => scroller.scrollTo(0, 0))
  await page.getByRole('region', { name: 'The run was taken over' }).evaluate((view) => view.scrollIntoView({ block: 'center' }))
  await page.getByRole('searchbox', { name: 'Search facts' }).fill('bash')
  await take('resumed')
  await page.emulateMedia({ colorScheme: 'dark' })
  await play(page, url, 'Say no')
  await page.getByRole('button', { name: 'Approve', exact: true }).waitFor()
  await take('approval')
  await page.getByRole('link', { name: /Parts/ }).click()
  await page.getByRole('heading', { name: 'Parts', exact: true }).waitFor()
  await take('parts')
} finally {
  await browser.close()
  await here[Symbol.asyncDispose]()
}
