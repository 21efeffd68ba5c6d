/** The `update_plan` tool: the model's list of what it is going to do. */
import { failed, succeeded, tool, type Tool } from '@seamfold/core/kit'
import { z } from 'zod'
import { toolInput } from '../base/tool-input.ts'

const MOST_STEPS = 64

const MARKS = { pending: '[ ]', in_progress: '[>]', completed: '[x]' } as const

const input = toolInput({
  explanation: z.string().optional().describe('Why the plan changed, in a sentence'),
  plan: z
    .array(
      toolInput({
        step: z.string().min(1).describe('What is to be done, in a few words'),
        status: z.enum(['pending', 'in_progress', 'completed']),
      }),
    )
    .min(1)
    .max(MOST_STEPS)
    .describe('The whole plan, in order'),
})

/** Nothing is kept but the call itself: the last one in the conversation is the plan. */
export const updatePlanTool = (): Tool =>
  tool({
    name: 'update_plan',
    description:
      'Write down the plan, or change it: the whole list each time, with at most one step in_progress. For work of several steps.',
    input,
    readOnly: true,
    execute({ plan, explanation }: z.infer<typeof input>) {
      const current = plan.filter(({ status }) => status === 'in_progress').length
      if (current > 1) return failed(`${current} steps are in_progress: at most one can be`, { kind: 'invalid_input' })
      const done = plan.filter(({ status }) => status === 'completed').length
      const lines = plan.map(({ step, status }) => `${MARKS[status]} ${step}`)
      return succeeded([...lines, `${done} of ${plan.length} done`].join('\n'), {
        plan: plan.map((step) => ({ ...step })),
        ...(explanation === undefined ? {} : { explanation }),
      })
    },
  })
