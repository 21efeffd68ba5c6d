/** Streams the cases of a conformance card as they end. */
import type { ServerResponse } from 'node:http'
import type { Card, CaseResult } from '@seamfold/core/testing'
import { failureReply } from './failure.ts'
import { strictHeaders } from './reply.ts'

/** Messages named `case`, then one named `card`, or `failure`. */
export async function streamCard(
  response: ServerResponse,
  judge: (onResult: (result: CaseResult, count: number) => void) => Promise<Card>,
): Promise<void> {
  response.writeHead(200, { ...strictHeaders, 'cache-control': 'no-store', 'content-type': 'text/event-stream; charset=utf-8' })
  const say = (event: string, data: unknown): void => void response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  try {
    say('card', await judge((result, count) => say('case', { result, count })))
  } catch (error) {
    say('failure', failureReply(error).body)
  } finally {
    response.end()
  }
}
