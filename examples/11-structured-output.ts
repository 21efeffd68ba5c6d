/**
 * Structured output: an answer held to a schema, with repair where the model gets it wrong.
 *
 * Run: node 11-structured-output.ts
 */
import assert from 'node:assert/strict'
import { createAgent } from '@seamfold/core'
import { scriptedLlm } from '@seamfold/core/testing'
import { z } from 'zod'

const Verdict = z.object({ safe: z.boolean(), reasons: z.array(z.string()).min(1) })

const llm = scriptedLlm(['{"safe": "yes"}', 'Sorry. ```json\n{ "safe": true, "reasons": ["it only reads"] }\n```'])
const run = await createAgent({ llm }).run('Is `ls` safe?', { output: Verdict })
const { output } = await run.completed()

const verdict = Verdict.parse(output)
console.log(verdict)
assert.deepEqual(verdict, { safe: true, reasons: ['it only reads'] })
assert.equal(llm.requests.length, 2)
