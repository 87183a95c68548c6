import type { Figures } from './figures.ts';
import type { Latency } from './latency.ts';

/** What an encoding may cost. Every limit is inclusive. */
export const GATES = {
  /** Share of rows that must keep their class. */
  agreement: 0.99,
  /** Drop of the quality measure, where labels are known: 0.2 points. */
  metricDrop: 0.002,
  /** As shares of the spread, see `Figures`. */
  calibrationShift: 0.005,
  meanDiff: 0.01,
  p99Diff: 0.05,
  /** The largest difference of what claims to lose nothing: float additions may change their order. */
  losslessDiff: 1e-5,
  /** Lower end of the interval of contender ÷ float, above which an encoding is too slow. */
  latency: 1.25,
} as const;

/** One gate and what it said. Inconclusive: what it needs is not known, such as labels. */
export interface Gate {
  gate: string;
  verdict: 'pass' | 'refuse' | 'inconclusive';
  value?: number;
  limit: number;
}

/** Every gate of quality, the passed ones too. */
export function gatesOf(figures: Figures, lossless: boolean): Gate[] {
  const share = lossless ? 1 : GATES.agreement;
  return [
    atLeast('agreement', figures.agreement, share),
    atLeast('agreement of exact outputs', figures.exactAgreement, share),
    atMost('mean difference', figures.meanDiff, GATES.meanDiff),
    atMost('99th percentile of the difference', figures.p99Diff, GATES.p99Diff),
    ...(lossless ? [atMost('largest difference', figures.worstDiff, GATES.losslessDiff)] : []),
    atMost('calibration shift', figures.calibrationShift, GATES.calibrationShift),
    atMost(`drop of ${figures.metric?.name ?? 'quality against labels'}`, figures.metric?.drop, GATES.metricDrop),
  ];
}

/** Latency may only refuse: it never makes a larger encoding the better one. */
export function latencyGate(latency: Latency | undefined): Gate {
  return atMost('latency against float, lower end', latency?.low, GATES.latency);
}

/** Sentences about the gates that refuse. */
export function refusals(gates: readonly Gate[]): string[] {
  return gates.flatMap(({ gate, verdict, value, limit }) =>
    verdict === 'refuse' ? [`${gate} ${figure(value)} against ${figure(limit)}`] : [],
  );
}

function atLeast(gate: string, value: number, limit: number): Gate {
  return { gate, verdict: value >= limit ? 'pass' : 'refuse', value, limit };
}

/** What is not a number passes nothing. */
function atMost(gate: string, value: number | undefined, limit: number): Gate {
  if (value === undefined) return { gate, verdict: 'inconclusive', limit };
  return { gate, verdict: value <= limit ? 'pass' : 'refuse', value, limit };
}

function figure(value: number | undefined): string {
  return value === undefined ? 'unknown' : String(Number(value.toPrecision(4)));
}
