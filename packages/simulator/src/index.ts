/** The door of the simulator: a strict local OpenAI and Anthropic server with scripted models. */
export { startSimulator } from './server/simulator.ts'
export type { Simulator, SimulatorOptions } from './server/simulator.ts'
export type { RecordedRequest, Verdict } from './server/record.ts'
export type { RecordedUsage } from './protocol/protocol.ts'
export type { Clock } from './base/clock.ts'
export { builtInModels } from './model/model.ts'
export type { ModelProfile } from './model/model.ts'
export { imageTokens, tokensOf } from './model/tokens.ts'
export type {
  Api,
  CallRecord,
  Conversation,
  ConversationData,
  ConversationMessage,
  ConversationPart,
  OfferedTool,
  ToolChoice,
} from './model/conversation.ts'
export type {
  AnswerTurn,
  Block,
  FailureTurn,
  Pace,
  ReasoningBlock,
  RefusalBlock,
  Stop,
  StreamFaults,
  TextBlock,
  ToolCallBlock,
  Turn,
  TurnLike,
} from './model/turn.ts'
export type { Scenario } from './scenario/scenario.ts'
export { react, script } from './scenario/script.ts'
export type { Script, ScriptStep } from './scenario/script.ts'
export { answer, callTool, callToolRaw, reasoning, refusal, text } from './scenario/blocks.ts'
export { badRequest, disconnected, failure, faulty, overloaded, rateLimited, serverError, unauthorized } from './scenario/failures.ts'
export { codingScenario } from './coding/coding-scenario.ts'
