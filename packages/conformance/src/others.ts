/** The adapters of this repository that are no stores: models against the simulator, executors and hooks. */
import { guardedExecutor, hooks, laneQueue } from '../../core/src/index.ts'
import { hookNames } from '../../core/src/kit.ts'
import {
  agentExecutorMutants,
  agentExecutorSuite,
  budgetGuardMutants,
  budgetGuardSuite,
  type Candidate,
  type ExecutorSubject,
  hookExecutorMutants,
  hookExecutorSuite,
  type HookSubject,
  laneQueueMutants,
  laneQueueSuite,
  type LaneSubject,
  llmClientMutants,
  llmClientSuite,
  type LlmClientSubject,
  manualHost,
  knownSecretsSubject,
  securityProviderMutants,
  securityProviderSuite,
} from '../../core/src/testing.ts'
import { localExecutorCandidate } from '../../core/test/session/local-executor-candidate.ts'
import { ledgerCandidate } from '../../core/test/testing/ledger-candidate.ts'
import { llmPlayer } from '../../core/test/testing/llm-player.ts'
import { type Disposable, subject } from '../../executor-remote/test/support/subject.ts'
import { type Stage as AnthropicStage, stage as anthropicStage } from '../../llm-anthropic/test/support/stage.ts'
import { type Stage as OpenAiStage, stage as openAiStage } from '../../llm-openai/test/stage.ts'
import { combinedCandidate, commandCandidate, httpCandidate } from '../../hooks/test/subjects.ts'
import { type Entry, entryOf, type Mutant } from './entry.ts'

export const otherEntries: readonly Entry[] = [
  entryOf(llmClientSuite, { name: 'a scripted client', create: llmPlayer }, { mutants: clientMutants() }),
  entryOf<LlmClientSubject>(llmClientSuite, {
    name: 'anthropic',
    create: anthropicStage,
    destroy: (staged) => (staged as AnthropicStage).simulator.close(),
  }),
  ...(['chat', 'responses'] as const).map((mode) =>
    entryOf<LlmClientSubject>(llmClientSuite, {
      name: `openai (${mode})`,
      create: () => openAiStage(mode),
      destroy: (staged) => (staged as OpenAiStage).close(),
    }),
  ),
  entryOf(agentExecutorSuite, guarded(), { mutants: named(agentExecutorMutants) }),
  entryOf(agentExecutorSuite, localExecutorCandidate),
  entryOf<ExecutorSubject>(agentExecutorSuite, {
    name: 'remoteExecutor',
    create: () => subject(),
    destroy: (each) => (each as Disposable).end(),
  }),
  entryOf(budgetGuardSuite, ledgerCandidate, { mutants: named(budgetGuardMutants) }),
  entryOf<HookSubject>(
    hookExecutorSuite,
    {
      name: 'hooks({…})',
      create: () => ({
        through: async (handler) => hooks(Object.fromEntries(hookNames.map((name) => [name, handler]))),
      }),
    },
    { mutants: named(hookExecutorMutants) },
  ),
  entryOf(securityProviderSuite, { name: 'knownSecrets', create: knownSecretsSubject }, { mutants: named(securityProviderMutants) }),
  ...[commandCandidate, httpCandidate, combinedCandidate].map((candidate) => entryOf(hookExecutorSuite, candidate)),
  entryOf<LaneSubject>(laneQueueSuite, { name: 'laneQueue({…})', create: lanesOnAClock }, { mutants: laneMutants() }),
]

function guarded(): Candidate<ExecutorSubject> {
  return {
    name: 'a guarded function',
    create: () => ({
      through: async (handler) =>
        guardedExecutor({
          contract: 1,
          executeStep: (spec, { signal, onEvent }) => handler(spec, { signal, onEvent: (envelope) => onEvent?.(envelope) }),
        }),
    }),
  }
}

function lanesOnAClock(): LaneSubject {
  const host = manualHost()
  return { make: (rules) => laneQueue({ ...rules, host }), advance: (ms) => host.clock.advance(ms) }
}

function laneMutants(): readonly Mutant<LaneSubject>[] {
  return laneQueueMutants.map(({ name, killedBy, mutate }) => ({
    name,
    killedBy,
    candidate: { name, create: () => mutate(lanesOnAClock()) },
  }))
}

function named<S>(mutants: readonly (Candidate<S> & { readonly killedBy: string })[]): readonly Mutant<S>[] {
  return mutants.map((candidate) => ({ name: candidate.name, killedBy: candidate.killedBy, candidate }))
}

function clientMutants(): readonly Mutant<LlmClientSubject>[] {
  return llmClientMutants.map(({ name, killedBy, mutate }) => ({
    name,
    killedBy,
    candidate: {
      name,
      create: () => {
        const good = llmPlayer()
        return { ...good, in: async (scene) => mutate(await good.in(scene)) }
      },
    },
  }))
}
