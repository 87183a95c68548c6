import type { Tone } from '../../parts/values/badge.tsx';
import type { Member, Rollout, RolloutState } from './rollout-of.ts';

type Status = RolloutState['status'];
export type StageStatus = RolloutState['stageStatus'];

export const STATUSES = [
  'awaiting-approval',
  'running',
  'paused',
  'draft',
  'completed',
  'stopped',
  'reverted',
] as const satisfies readonly Status[];

export const STATUS_TONES: Record<Status, Tone> = {
  draft: 'quiet',
  'awaiting-approval': 'waiting',
  running: 'busy',
  paused: 'warning',
  completed: 'good',
  stopped: 'stopped',
  reverted: 'stopped',
};

export const STAGE_TONES: Record<StageStatus, Tone> = {
  pending: 'quiet',
  running: 'busy',
  soaking: 'waiting',
  passed: 'good',
  failed: 'bad',
  held: 'warning',
};

/** Statuses in which it holds its devices and looks at them. */
export const isUnderWay = ({ status }: RolloutState): boolean =>
  status === 'running' || status === 'paused' || status === 'awaiting-approval';

export function statusWord({ status, asks }: RolloutState): { tone: Tone; word: string } {
  if (status === 'awaiting-approval') return { tone: 'waiting', word: 'awaiting approval' };
  if (asks) return { tone: 'warning', word: 'asks a person' };
  return { tone: STATUS_TONES[status], word: status };
}

/** Of the stage with this number, wherever the rollout stands. */
export function stageStatusOf({ stage, stageStatus }: RolloutState, index: number): StageStatus {
  if (index < stage) return 'passed';
  return index === stage ? stageStatus : 'pending';
}

export function stageSentence({ plan, state }: Pick<Rollout, 'plan' | 'state'>): string {
  const stage = plan.stages[state.stage];
  if (stage === undefined) return `not started, ${plan.stages.length} stages`;
  return `${state.stage + 1} of ${plan.stages.length}: ${stage.name}, ${state.stageStatus}`;
}

export const OUTCOMES = ['proven', 'failed', 'under way', 'waiting', 'sent back'] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const OUTCOME_TONES: Record<Outcome, Tone> = {
  proven: 'good',
  failed: 'bad',
  'under way': 'busy',
  waiting: 'waiting',
  'sent back': 'stopped',
};

/** What became of a member; sent back says more than what it had made of the release. */
export function outcomeOf({ outcome, assignmentSeq, returnedSeq }: Member): Outcome {
  if (returnedSeq !== null) return 'sent back';
  if (outcome === 'failed' || outcome === 'proven') return outcome;
  return assignmentSeq === null ? 'waiting' : 'under way';
}

/** Why a device waits, and until when. */
export const OBSTACLES: Record<string, string> = {
  frozen: 'the fleet is frozen',
  barred: 'it may not speak: quarantined or revoked',
  'site-closed': 'its site is closing or archived',
  offline: 'it is away; served when it connects',
  rejected: 'it refused these very bytes; a retry asks again',
  penalty: 'three failures in a row: 24 h in the penalty box',
  held: 'another rollout of the line holds it',
  'freeze-date': 'a freeze date of the plan, by the clock of its site',
  window: 'outside the window, by the clock of its site',
  rate: 'the hourly rate of its stage is used up',
  'under-way': 'as many are under way as its stage allows',
};

export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

const UNITS: [word: string, ms: number][] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1000],
];

/** The two largest units: `1 d 4 h`, `15 min`. @param ms */
export function span(ms: number): string {
  const first = UNITS.findIndex(([, size]) => ms >= size);
  if (first < 0) return '0 s';
  let rest = ms;
  return UNITS.slice(first, first + 2)
    .flatMap(([word, size]) => {
      const whole = Math.floor(rest / size);
      rest -= whole * size;
      return whole === 0 ? [] : [`${whole} ${word}`];
    })
    .join(' ');
}

/** Up to four digits that mean something. */
export function figure(value: number, digits = 3): string {
  return value.toLocaleString('en', { maximumSignificantDigits: digits });
}

export function percent(share: number, digits = 1): string {
  return `${(100 * share).toLocaleString('en', { maximumFractionDigits: digits })} %`;
}

export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const [unit, size] = bytes < 1024 ** 2 ? (['KB', 1024] as const) : (['MB', 1024 ** 2] as const);
  return `${(bytes / size).toLocaleString('en', { maximumFractionDigits: bytes / size < 10 ? 1 : 0 })} ${unit}`;
}
