export { createRollout, resolvePlan, type CreatedRollout } from './create.ts';
export { forecastPlan, forecastRollout, type Forecast, type StageForecast } from './forecast/index.ts';
export { RolloutError, type RolloutErrorCode } from './errors.ts';
export type { Evaluation, GateName, GateResult, Gates, Verdict } from './gates/gates.ts';
export { advanceRollout, advanceRollouts } from './look.ts';
export { rolloutMachine } from './machine/machine.ts';
export {
  ACTIVE,
  DRAFT,
  type RolloutInput,
  type RolloutShape,
  type RolloutState,
  type RolloutStatus,
  type StageStatus,
} from './machine/state.ts';
export { approveRollout, rejectRollout } from './orders/approve.ts';
export { discardDraft } from './orders/discard.ts';
export type { Order } from './orders/order.ts';
export { pauseRollout, proceedRollout, revertRollout, stopRollout } from './orders/orders.ts';
export { resumeRollout } from './orders/resume.ts';
export { retryRollout } from './orders/retry.ts';
export { startRollout } from './orders/start.ts';
export { listPenalties, releasePenalties, type Penalty } from './penalties/penalties.ts';
export { parsePlan } from './plan/parse-plan.ts';
export { rolloutPlan, type RolloutPlan, type Stage, type WrittenPlan } from './plan/rollout-plan.ts';
export * from './policies/index.ts';
export { decisionPage, listDecisions, newestDecisions, type Decision, type DecisionPage } from './read-decisions.ts';
export {
  getRollout,
  listMembers,
  listRollouts,
  rolloutPage,
  versionsInUse,
  type Member,
  type Rollout,
  type RolloutDeps,
} from './read.ts';
export { explainTurns, type TurnsExplained } from './execute/explain.ts';
