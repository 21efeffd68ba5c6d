/** Every event name of the vocabulary that Seamfold keeps is either fired or reserved, and never both. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { FACT_KINDS } from '../../src/journal/fact-types.ts'
import { RESERVED_EVENTS } from '../../src/model/reserved-events.ts'

const source = ['event', 'live-event']
  .map((name) => readFileSync(new URL(`../../src/model/${name}.ts`, import.meta.url), 'utf8'))
  .join('\n')
const live = [...(/export type LiveEvent =([\s\S]*?)(?:\n\n|$)/.exec(source)?.[1] ?? '').matchAll(/readonly type: '(\w+)'/g)].map(
  (match) => match[1] ?? '',
)
const fired = new Set([...Object.keys(FACT_KINDS), ...live])

/** The names that programs written for the vocabulary know. */
const VOCABULARY =
  `agent_start agent_mode_changed turn_start text_delta reasoning_delta tool_start tool_input_delta tool_end tool_output_delta
turn_end agent_end error confirmation_required confirmation_received confirmation_timeout external_task_pending external_task_completed
permission_denied context_resolving context_resolved command_dead_lettered command_retry queue_alert task_updated memory_stored
memory_recalled memories_searched memory_cleared subagent_start subagent_progress subagent_end planning_start planning_end step_start
step_end goal_extracted goal_progress goal_achieved context_compacted persistence_failed budget_threshold_hit passivation_requested
peer_invocation tool_execution_start user_question tool_request_bound run_capability_bound model_presentation_bound model_input_bound
model_usage_bound cognitive_context_bound run_control_applied`.split(/\s+/)

describe('an event name', () => {
  test('is fired or reserved, and never both', () => {
    const places = VOCABULARY.map((name) => ({
      name,
      places: [fired.has(name), Object.hasOwn(RESERVED_EVENTS, name)].filter(Boolean).length,
    }))
    expect(places.filter((each) => each.places !== 1)).toEqual([])
  })

  test('that is reserved belongs to the vocabulary', () => {
    expect(Object.keys(RESERVED_EVENTS).filter((name) => !VOCABULARY.includes(name))).toEqual([])
  })
})
