/** `web_fetch` reaches the public web and nothing else, and stops at its limits. */
import { describe, expect, test } from 'vitest'
import { createAgent } from '@seamfold/core'
import { callOf, scriptedLlm } from '@seamfold/core/testing'
import { webFetchTool } from '@seamfold/tools'
import { startServer } from '../../../test/support/http-server.ts'

/** What the model reads when it fetches. */
async function fetched(
  input: Record<string, string | number>,
  allowHosts: readonly string[] = [],
): Promise<{ text: string; isError: boolean }> {
  const llm = scriptedLlm([[callOf('web_fetch', input)], 'done'])
  await (await createAgent({ llm, tools: [webFetchTool({ allowHosts })] }).run('go')).completed()
  const block = llm.requests[1]?.messages.at(-1)?.content[0]
  if (block?.type !== 'tool_result') throw new Error('no result')
  return { text: JSON.stringify(block.content), isError: block.isError }
}

describe('web_fetch', () => {
  test('reads a page as Markdown, in parts', async () => {
    const host = await startServer((_, response) =>
      response.setHeader('content-type', 'text/html').end('<nav>menu</nav><main><h1>Title</h1><p>Some <b>bold</b> words.</p></main>'),
    )
    const whole = await fetched({ url: `http://${host}/` }, [host])
    expect(whole.isError).toBe(false)
    expect(whole.text).toContain('# Title')
    expect(whole.text).toContain('**bold**')
    expect(whole.text).not.toContain('menu')
    expect((await fetched({ url: `http://${host}/`, max_chars: 5 }, [host])).text).not.toContain('bold')
  })

  test.each([
    'http://127.0.0.1/',
    'http://localhost/',
    'http://[::1]/',
    'http://[::ffff:127.0.0.1]/',
    'http://10.0.0.1/',
    'http://192.168.1.1/',
    'http://169.254.169.254/latest/meta-data/',
    'http://100.64.0.1/',
    'http://0.0.0.0/',
    'http://2130706433/',
    'http://0x7f.1/',
    'http://[fe80::1]/',
    'http://[fd00::1]/',
    'http://[64:ff9b::7f00:1]/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'http://user:secret@example.com/',
  ])('refuses %s before anything is sent', async (url) => {
    const { text, isError } = await fetched({ url })
    expect(isError).toBe(true)
    expect(text).not.toContain('secret@')
  })

  test('refuses to be led from an allowed host to one that is not', async () => {
    const reached: string[] = []
    const inner = await startServer((request, response) => {
      reached.push(request.url ?? '')
      response.end('internal')
    })
    const outer = await startServer((_, response) => response.writeHead(302, { location: `http://${inner}/secret` }).end())
    const { text } = await fetched({ url: `http://${outer}/` }, [outer])
    expect(reached).toEqual([])
    expect(text).not.toContain('internal')
  })

  test('stops at its size', { timeout: 30_000 }, async () => {
    const host = await startServer((_, response) => {
      response.setHeader('content-type', 'text/plain')
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more)
      }
      more()
    })
    const { text } = await fetched({ url: `http://${host}/` }, [host])
    expect(text.length).toBeLessThan(200_000)
  })

  test('stops at its time', { timeout: 30_000 }, async () => {
    const host = await startServer((_, response) => void response.writeHead(200, { 'content-type': 'text/plain' }).write('begun'))
    const { text, isError } = await fetched({ url: `http://${host}/`, timeout: 1 }, [host])
    expect([isError, text]).toEqual([true, expect.stringContaining('1 s')])
  })
})
