import type { Decision, GateResult, Member, Rollout, TurnsExplained } from '../../../delivery/rollouts/index.ts';
import { table } from '../output.ts';

/** A rollout as the server shows it. */
export type Shown = Rollout & { members: Member[]; turns: TurnsExplained; decisions: Decision[] };

export function showList(all: readonly Rollout[]): string {
  return table(
    ['rollout', 'name', 'model', 'state', 'stage', 'revision', 'reason'],
    all.map((one) => [one.id, one.name, modelOf(one), one.state.status, stageOf(one), one.revision, one.state.reason]),
  );
}

/** Where it stands: its stages and how many devices of each have been given what, and why the others wait. */
export function showRollout(shown: Shown): string {
  const stages = shown.plan.stages.map((stage, index) => {
    const own = shown.members.filter((one) => one.stage === index);
    const became = (outcome: string) => own.filter((one) => one.outcome === outcome).length;
    const given = own.filter((one) => one.assignmentSeq !== null).length;
    return [index + 1, stage.name, statusOf(shown, index), own.length, given, became('proven'), became('failed')];
  });
  return [
    `${shown.id}: ${modelOf(shown)} is ${shown.state.status}, revision ${shown.revision}, by ${shown.author}`,
    ...(shown.state.reason === '' ? [] : [shown.state.reason]),
    table(['stage', 'name', 'state', 'devices', 'given', 'proven', 'failed'], stages),
    ...(shown.turns.sentence === '' ? [] : [`waiting: ${shown.turns.sentence}`]),
  ].join('\n');
}

/** Every decision, and under each the gates with their numbers. */
export function showDecisions(decisions: readonly Decision[]): string {
  return decisions.flatMap((one) => [showDecision(one), ...gatesOf(one)]).join('\n');
}

export function showDecision({ at, stage, verdict, sentence }: Decision): string {
  const where = stage < 0 ? 'draft' : `stage ${stage + 1}`;
  return `${new Date(at).toISOString().slice(0, 19)}Z  ${where}  ${verdict}: ${sentence}`;
}

function gatesOf({ numbers }: Decision): string[] {
  const results = (numbers['results'] ?? []) as GateResult[];
  if (results.length === 0) return [];
  const rows = results.map((one) => [
    `  ${one.gate}`,
    one.verdict,
    number(one.value),
    `${number(one.low)} … ${number(one.high)}`,
    number(one.limit),
    one.sample,
    one.sentence,
  ]);
  return [table(['  gate', 'verdict', 'value', 'bounds', 'limit', 'sample', 'sentence'], rows)];
}

function statusOf({ state }: Rollout, index: number): string {
  if (index < state.stage) return 'passed';
  return index === state.stage ? state.stageStatus : 'pending';
}

function modelOf({ line, version }: Rollout): string {
  return `${line}@${version}`;
}

function stageOf({ state, plan }: Rollout): string {
  return `${state.stage + 1} of ${plan.stages.length} ${state.stageStatus}${state.asks ? ', asks a person' : ''}`;
}

/** Four digits behind the point; what was not measured is a dash. */
function number(value: number | null | undefined): string {
  return typeof value === 'number' ? String(Math.round(value * 10_000) / 10_000) : '–';
}
