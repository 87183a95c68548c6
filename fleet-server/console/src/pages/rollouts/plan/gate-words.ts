import { figure, percent } from '../words.ts';

type Unit = 'share' | 'factor' | 'score' | 'count';

export interface GateKind {
  name: string;
  /** The key of its limit in a plan. */
  limit: 'atMost' | 'atLeast' | 'worseBy';
  unit: Unit;
  /** Asked of every rollout. */
  isAlways: boolean;
  /** What a person reads beside it. */
  label: string;
  about: string;
  /** In the unit that is typed: % for shares. */
  usual: number;
}

/** The gates of a plan in the order in which they decide; what each does stands in shared/docs/gates.md. */
export const GATES: readonly GateKind[] = [
  gate(
    'proven',
    'atLeast',
    'share',
    'Proven, at least',
    'devices that run the very bytes and have proven them',
    90,
    true,
  ),
  gate('failures', 'atMost', 'share', 'Failures, at most', 'devices that refused the release or went back', 2, true),
  gate('errors', 'atMost', 'share', 'Errors, at most', 'questions without an answer, from 50 questions on', 1),
  gate('latency', 'atMost', 'factor', 'Latency, at most', 'p95 of a record against the model in force', 1.5),
  gate('memory', 'atMost', 'factor', 'Memory, at most', 'of a run against the model in force', 1.5),
  gate('agreement', 'atLeast', 'share', 'Agreement, at least', 'own records on which both models agree', 90),
  gate('shift', 'atMost', 'score', 'Shift of the mean score, at most', 'in the unit of the score', 0.1),
  gate('drift', 'atMost', 'count', 'Drift alarms, at most', 'over the windows of the candidate', 0),
  gate('quality', 'worseBy', 'score', 'Worse on outcomes, by at most', 'Brier score, or mean error in days', 0.01),
  gate('fairness', 'worseBy', 'score', 'Worse within a slice, by at most', 'the same in every slice', 0.02),
];

function gate(
  name: string,
  limit: GateKind['limit'],
  unit: Unit,
  label: string,
  about: string,
  usual: number,
  isAlways = false,
): GateKind {
  return { name, limit, unit, label, about, usual, isAlways };
}

/** As it is typed into as it is planned: 2 % into 0.02. */
export function toPlan({ unit }: GateKind, typed: number): number {
  return unit === 'share' ? Math.round(typed * 1e7) / 1e9 : typed;
}

export function toTyped({ unit }: GateKind, planned: number): number {
  return unit === 'share' ? Math.round(planned * 1e9) / 1e7 : planned;
}

/** `failures ≤ 2 %, surely below 16 %; latency ≤ 1.5 ×`. */
export function gatesSentence(gates: object): string {
  const said = GATES.flatMap(({ name, limit, unit }) => {
    const one = (gates as Record<string, Record<string, number> | undefined>)[name];
    const value = one?.[limit];
    if (value === undefined) return [];
    const number = unit === 'share' ? percent(value, 2) : `${figure(value)}${unit === 'factor' ? ' ×' : ''}`;
    const sure = one?.['sureBelow'];
    const isLeast = limit === 'atLeast';
    return [
      `${name} ${isLeast ? '≥' : '≤'} ${number}${sure === undefined ? '' : `, surely below ${percent(sure, 2)}`}`,
    ];
  });
  return said.join('; ') || 'none';
}
