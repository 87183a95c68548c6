import type { components } from '../../api/schema.generated.ts';

type Schemas = components['schemas'];

export type Rollout = Schemas['Rollout'];
export type RolloutDetails = Schemas['RolloutDetails'];
export type RolloutState = Schemas['RolloutState'];
export type RolloutPlan = Schemas['RolloutPlan'];
export type PlanStage = RolloutPlan['stages'][number];
export type Decision = Schemas['RolloutDecision'];
export type Member = RolloutDetails['members'][number];
export type Forecast = Schemas['Forecast'];
export type Policy = Schemas['RolloutPolicy'];

/** Of a stage, as the gates saw it in a decision. */
export interface GateResult {
  gate: string;
  verdict: 'pass' | 'fail' | 'inconclusive';
  value?: number;
  low?: number;
  high?: number;
  limit: number;
  sample: number;
  sentence: string;
}

/** The numbers of a decision, as far as they hold results of gates. */
export function resultsOf({ numbers }: Decision): GateResult[] {
  const { results } = numbers;
  return Array.isArray(results) ? (results as GateResult[]) : [];
}

/** What each stage would have found when the rollout was written down. */
export function foundAtFirst(decisions: readonly Decision[]): { name: string; selected: number; adds: number }[] {
  const stages = decisions.find(({ verdict }) => verdict === 'create')?.numbers['stages'];
  return Array.isArray(stages) ? (stages as { name: string; selected: number; adds: number }[]) : [];
}

/** How many devices a stage selected when it opened. */
export function selectedWhenOpened(decisions: readonly Decision[], stage: number): number | undefined {
  const opened = decisions.findLast((one) => one.stage === stage && typeof one.numbers['selected'] === 'number');
  const selected = opened?.numbers['selected'];
  return typeof selected === 'number' ? selected : undefined;
}
