/** Looks through a page for what keeps people out of it. */
import axe from 'axe-core'
import type { Page } from 'playwright-core'

type Finding = {
  readonly id: string
  readonly help: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[]
}

/** What is wrong, in words; empty where all is well. */
export async function barriers(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe.source)
  const found = await page.evaluate<{ readonly violations: readonly Finding[] }>('axe.run(document, { resultTypes: ["violations"] })')
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ html, failureSummary = '' }) => `${id}: ${help}\n${html.slice(0, 300)}\n${failureSummary}`),
  )
}
