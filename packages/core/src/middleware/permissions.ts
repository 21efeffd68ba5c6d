/** Decides whether a call may run: the policy first, then a person where the policy asks for one. */
import { present } from '../base/present.ts'
import {
  aboutDigest,
  admit,
  answerTo,
  ask,
  type Confirm,
  defineMiddleware,
  type Middleware,
  requestOf,
  resultOf,
  type RunContext,
  type ToolInvocation,
  type ToolOutcome,
} from '../loop/middleware.ts'
import type { Access } from '../model/access.ts'
import { answerFact } from '../model/answer.ts'
import type { DecidingRule, Fact } from '../model/event.ts'
import type { ConfirmTimeout, Judgement, PermissionPolicy, Rule, ToolRequest } from '../model/permission-policy.ts'
import { STRUCTURED_OUTPUT_TOOL } from '../model/schema.ts'
import type { RequestState } from '../model/session-state.ts'
import { failed, type Tool } from '../model/tool.ts'

export interface PermissionOptions {
  readonly policy: PermissionPolicy
  /** Asks whoever is there; undefined means that nobody answered. */
  readonly confirm?: Confirm | undefined
  readonly confirmTimeout?: ConfirmTimeout | undefined
  /** When nobody answers: wait durably, or refuse. */
  readonly unanswered: 'suspend' | 'reject'
}

type Next = (invocation: ToolInvocation) => Promise<ToolOutcome>

export function permissions(options: PermissionOptions): Middleware {
  return defineMiddleware({
    name: 'permissions',
    start(run) {
      const gate = new Gate(run, options)
      const shown = new WeakMap<readonly Tool[], readonly Tool[]>()
      return {
        prepareTurn(draft) {
          const known = shown.get(draft.tools) ?? exposed(draft.tools, options.policy, sessionOf(run))
          shown.set(draft.tools, known)
          return known === draft.tools ? draft : { ...draft, tools: known }
        },
        wrapToolCall: (invocation, next) => gate.pass(invocation, next),
      }
    },
  })
}

/** The same array when nothing is hidden, so that what was made of it can be kept. */
function exposed(tools: readonly Tool[], policy: PermissionPolicy, session: Caller): readonly Tool[] {
  const kept = tools.filter(({ definition: { name } }) => name === STRUCTURED_OUTPUT_TOOL || policy.exposes(name, session))
  return kept.length === tools.length ? tools : kept
}

type Caller = NonNullable<ToolRequest['session']>

const sessionOf = ({ sessionId, metadata }: RunContext): Caller => ({ id: sessionId, metadata })

class Gate {
  readonly #run: RunContext
  readonly #options: PermissionOptions

  constructor(run: RunContext, options: PermissionOptions) {
    this.#run = run
    this.#options = options
  }

  async pass(given: ToolInvocation, next: Next): Promise<ToolOutcome> {
    if (given.settled) return next(given)
    const judgement = this.#judge(given)
    const { decision, reason, rule } = judgement
    const invocation = { ...given, permits: (access: Access) => this.#permits(given, access, rule) }
    if (decision !== 'ask') return this.#settled(invocation, next, judgement)
    const { confirm, unanswered } = this.#options
    if (confirm === undefined && unanswered === 'reject' && this.#request(invocation) === undefined) {
      return this.#refuse(invocation, `it needs an approval (${reason}) and nobody is here to give one`, judgement)
    }
    return this.#asked(invocation, next, judgement)
  }

  #judge({ call, accesses, args, tool, input }: ToolInvocation): Judgement {
    if (call.name === STRUCTURED_OUTPUT_TOOL) return { decision: 'allow', reason: 'it is the answer itself' }
    const { rules } = this.#run.state()
    return this.#options.policy.judge({
      tool: call.name,
      accesses,
      effect: tool.effect(input),
      args,
      session: sessionOf(this.#run),
      ...present({ sessionRules: rules }),
    })
  }

  /** A rule that asked for the call itself does not ask again for what the call finds; the default, which names no rule, does neither. */
  #permits(invocation: ToolInvocation, access: Access, asked: Rule | undefined): boolean {
    const { decision, rule } = this.#judge({ ...invocation, accesses: [access] })
    return decision === 'allow' || (decision === 'ask' && (rule === undefined || rule === asked))
  }

  /** Asked, and what was said to it carried out. A request that is still about the same thing is not made again. */
  async #asked(invocation: ToolInvocation, next: Next, judgement: Judgement): Promise<ToolOutcome> {
    const { reason, timeout = this.#options.confirmTimeout } = judgement
    const { action, afterMs = 0 } = timeout ?? {}
    const waits = action === 'suspend' && this.#options.confirm ? { waitMs: afterMs } : {}
    const ends = action && action !== 'suspend' ? { deadline: this.#run.host.clock.now() + afterMs, onDeadline: action } : {}
    const before = this.#outdated(invocation.callId)
    const asked =
      this.#request(invocation) ??
      (await ask(this.#run, invocation, { type: 'confirmation_required', reason, before, ...decidedBy(judgement), ...ends }))
    const answer = await answerTo(this.#run, asked, { ...this.#options, ...waits, signal: invocation.signal })
    if (answer === undefined) return { type: 'suspended', waitingFor: [asked.request] }
    if (!answer.approved) {
      const words = answer.message === undefined ? 'It was rejected.' : `It was rejected: ${answer.message}`
      return resultOf(failed(words, { kind: 'rejected' }))
    }
    const fixed = { ...invocation, fixed: true }
    // An approval satisfies `ask`, never `deny`: what will run is judged once more.
    if (answer.args === undefined || answer.args === invocation.args) return this.#settled(fixed, next, this.#judge(fixed))
    const admitted = await admit(invocation.tool, answer.args, invocation.signal)
    if (!admitted.ok) return resultOf(admitted.result)
    return this.pass({ ...fixed, args: answer.args, input: admitted.input, accesses: admitted.accesses }, next)
  }

  #settled(invocation: ToolInvocation, next: Next, judgement: Judgement): Promise<ToolOutcome> {
    return judgement.decision === 'deny'
      ? this.#refuse(invocation, `the policy denies it (${judgement.reason})`, judgement)
      : next({ ...invocation, gates: { ...invocation.gates, ...decidedBy(judgement) } })
  }

  /** Requests of this call that nobody answered and that are no longer about what would happen. */
  #outdated(callId: string): readonly Fact[] {
    const known = [...(this.#run.state().run?.requests.values() ?? [])]
    return known
      .filter(({ request, answer }) => request.callId === callId && request.kind === 'confirmation' && answer === undefined)
      .map(({ request }) => answerFact(request, { decision: 'reject', message: 'what it would touch has changed: asked anew' }))
  }

  /** A request is about the arguments and what they touch: when either has changed, it is asked anew. Edited ones say what they touch. */
  #request(invocation: ToolInvocation): RequestState | undefined {
    const known = requestOf(this.#run, invocation.callId, 'confirmation')
    const about = aboutDigest(this.#run, invocation)
    const { args, accesses = invocation.accesses } = known?.answer ?? {}
    const edited =
      args !== undefined && aboutDigest(this.#run, { args, accesses }) === about && isWritten(invocation, known?.request.accesses)
    return edited || known?.argsDigest === about ? known : undefined
  }

  async #refuse(
    { callId, call, args, accesses, tool, input }: ToolInvocation,
    reason: string,
    judgement?: Judgement,
  ): Promise<ToolOutcome> {
    const fact: Fact = {
      type: 'permission_denied',
      callId,
      toolName: call.name,
      args,
      reason,
      accesses,
      effect: tool.effect(input),
      ...decidedBy(judgement),
    }
    this.#run.append([fact], { lazy: true }).catch(() => {}) // stored with the call's end
    return resultOf(failed(`'${call.name}' was not allowed: ${reason}.`, { kind: 'permission_denied' }))
  }
}

/** Every path that the call touches is a word of its arguments, or was shown before they were edited: a link leads to others. */
function isWritten({ args, accesses }: ToolInvocation, shown: readonly Access[] | undefined): boolean {
  const words = JSON.stringify([args, shown]).split(/[\s"'\\=;|&<>(),]+(?:\.\/)?/)
  return accesses.every((access) => !('path' in access) || words.includes(access.path))
}

/** The rule of a judgement as a fact has it. */
const decidedBy = ({ rule, origin }: Partial<Judgement> = {}): { readonly rule?: DecidingRule } =>
  rule === undefined ? {} : { rule: { rule, ...origin } }
