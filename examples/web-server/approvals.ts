/**
 * The second process: it lists what waits for an answer and takes answers over REST. It has neither a model nor tools, only the store,
 * and may run while the first one does not.
 *
 * Run: node approvals.ts FOLDER [PORT]
 */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { openSession, unfinishedRuns } from '@seamfold/core'
import { sqliteStore } from '@seamfold/store-sqlite'
import { z } from 'zod'
import { bodyOf, listen } from './http.ts'

const [folder = '.', port = '0'] = process.argv.slice(2)
const store = sqliteStore(join(folder, 'sessions.db'))

// `by` would come from your login. Edited arguments (`input`) are held to the tool's schema and judged again.
const answer = z.discriminatedUnion('decision', [
  z.strictObject({ decision: z.literal('approve'), by: z.string().min(1), input: z.record(z.string(), z.json()).exactOptional() }),
  z.strictObject({ decision: z.literal('reject'), by: z.string().min(1), message: z.string().exactOptional() }),
])

const { url, server } = await listen(
  {
    'GET /': async ({ response }) => {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' })
      await pipeline(createReadStream(new URL('approvals.html', import.meta.url)), response)
      return undefined
    },
    'GET /waiting': async () => {
      const waiting: unknown[] = []
      for await (const { status, waitingFor } of unfinishedRuns(store)) if (status === 'suspended') waiting.push(...waitingFor)
      return { status: 200, body: waiting }
    },
    'POST /sessions/:id/requests/:request/answer': async ({ request, parts }) => {
      const given = await bodyOf(request, answer)
      const view = await openSession(store, parts.id ?? '')
      const counts = await view.answer(parts.request ?? '', given)
      return counts ? { status: 200, body: { counts } } : { status: 409, body: { counts, message: 'Somebody has answered before you' } }
    },
  },
  Number(port),
)

process.once('SIGTERM', () => {
  server.closeAllConnections()
  server.close()
  void store.close?.()
})
process.send?.({ url })
console.log(`Approvals: ${url}`)
