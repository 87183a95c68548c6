import { binomialTail, isSurelyAbove, rateBounds } from './bounds.ts';
import type { GateName, GateResult, Gates } from './gates.ts';
import type { Fleet } from './outcomes.ts';
import { counted, listed, percent } from './say.ts';
import { quorum, type Judged } from './standing.ts';

/** Fewer questions than that do not make a share of errors. */
export const MIN_PREDICTIONS = 50;
/** Fewer records than that do not compare two models; the agent asks for as many before it refuses. */
export const MIN_RECORDS = 20;

/** What one device measured, against the limit. */
interface Measured {
  value: number;
  /** As measured: what passing looks at. */
  isOver: boolean;
  /** Beyond what chance alone would show on a device at the limit: what stopping looks at. */
  isSurelyOver: boolean;
  /** It has measured enough to be one of those that let a stage pass. */
  isEnough: boolean;
}

type ShareGate = Extract<GateName, 'errors' | 'latency' | 'memory' | 'agreement' | 'shift'>;

interface Family<G extends ShareGate> {
  name: string;
  /** What a device has to have done, as in `3 of at least 5 devices …`. */
  done: string;
  /** What a device over the limit is, as in `3 of 5 devices …`. */
  over: (limit: number) => string;
  limitOf: (of: NonNullable<Gates[G]>) => number;
  /** @param chance that a device at the limit may be called surely over it */
  measureBy: (limit: number, chance: number) => (one: Judged) => Measured | undefined;
}

const ERRORS: Family<'errors'> = {
  name: 'errors in service',
  done: `have answered ${MIN_PREDICTIONS} questions with the release`,
  over: (limit) => `leave more than ${percent(limit)} of the questions without an answer`,
  limitOf: ({ atMost }) => atMost,
  measureBy: (limit, chance) => (one) => {
    const served = runsIt(one) ? one.model?.served : undefined;
    if (served === undefined || served.predictions === 0) return undefined;
    // An adapter that counts an error without its question must not make more than all.
    const [errors, asked] = [Math.min(served.errors, served.predictions), served.predictions];
    const value = errors / asked;
    const isSurelyOver = value > limit && isSurelyAbove(errors, asked, limit, chance);
    return { value, isOver: value > limit, isSurelyOver, isEnough: asked >= MIN_PREDICTIONS };
  },
};

const AGREEMENT: Family<'agreement'> = {
  name: 'shadow agreement',
  done: `have compared both models on ${MIN_RECORDS} records`,
  over: (limit) => `agree with the model in force on less than ${percent(limit)} of their records`,
  limitOf: ({ atLeast }) => atLeast,
  measureBy(limit, chance) {
    // A shadow run is looked at once: no more than the binomial itself is needed. Runs are of a few sizes.
    const tails = new Map<string, boolean>();
    const isRare = (different: number, records: number) => {
      const key = `${different}/${records}`;
      const known = tails.get(key) ?? binomialTail(different, records, 1 - limit) <= chance;
      tails.set(key, known);
      return known;
    };
    return (one) => {
      const shadow = speaks(one) ? one.model?.shadow : undefined;
      if (shadow === undefined || shadow.records === 0) return undefined;
      const { agreement: value, records } = shadow;
      const isOver = value < limit;
      const isSurelyOver = isOver && isRare(Math.round((1 - value) * records), records);
      return { value, isOver, isSurelyOver, isEnough: records >= MIN_RECORDS };
    };
  },
};

const SHIFT: Family<'shift'> = {
  name: 'score shift',
  done: `have compared both models on ${MIN_RECORDS} records`,
  over: (limit) => `see the mean score move by more than ${limit}`,
  limitOf: ({ atMost }) => atMost,
  measureBy: (limit) => (one) => {
    const shadow = speaks(one) ? one.model?.shadow : undefined;
    if (shadow === undefined || shadow.records < MIN_RECORDS) return undefined;
    return plain(Math.abs(shadow.meanShift), limit);
  },
};

const LATENCY: Family<'latency'> = {
  name: 'latency',
  done: 'have timed both models',
  over: (limit) => `need more than ${limit} × the time of the model before`,
  limitOf: ({ atMost }) => atMost,
  measureBy: (limit) => (one) => ratio(one, one.model?.latencyRatio, one.model?.shadow?.latencyRatio, limit),
};

const MEMORY: Family<'memory'> = {
  name: 'memory',
  done: 'have measured the memory of both models',
  over: (limit) => `need more than ${limit} × the memory of the model before`,
  limitOf: ({ atMost }) => atMost,
  measureBy: (limit) => (one) => ratio(one, one.model?.memoryRatio, one.model?.shadow?.memoryRatio, limit),
};

export const errorsGate = gateOf('errors', ERRORS);
export const latencyGate = gateOf('latency', LATENCY);
export const memoryGate = gateOf('memory', MEMORY);
export const agreementGate = gateOf('agreement', AGREEMENT);
export const shiftGate = gateOf('shift', SHIFT);

/**
 * A gate over a number that each device measures itself. It fails when the share of devices surely over the limit is surely
 * above `ofDevices`, against all that have measured anything; it passes when a quorum has measured enough and the share
 * over the limit, as measured, is not above `ofDevices`.
 */
function gateOf<G extends ShareGate>(gate: G, family: Family<G>) {
  return (fleet: Fleet, of: NonNullable<Gates[G]>): GateResult => {
    const { alpha } = fleet;
    const [limit, ofDevices] = [family.limitOf(of), of.ofDevices];
    // Half of what may be over: devices at the limit by chance alone never stop a rollout.
    const chance = Math.max(alpha, ofDevices / 2);
    const { measured, surelyOver, enough, over } = tally(fleet, family.measureBy(limit, chance));
    if (isSurelyAbove(surelyOver.length, measured, ofDevices, alpha)) {
      const bounds = rateBounds(surelyOver.length, measured, alpha);
      const share = `${surelyOver.length} of ${counted(measured, 'device')} ${family.over(limit)} (median of these ${short(medianOf(surelyOver))})`;
      const sentence = `${share}; the share is surely above ${percent(ofDevices)} (at least ${percent(bounds.low)})`;
      const value = surelyOver.length / measured;
      return { gate, verdict: 'fail', value, ...bounds, limit: ofDevices, sample: measured, sentence };
    }
    const value = enough > 0 ? over.length / enough : undefined;
    const bounds = enough > 0 ? rateBounds(over.length, enough, alpha) : { low: undefined, high: undefined };
    const numbers = { gate, value, ...bounds, limit: ofDevices, sample: enough };
    const needed = quorum(fleet.counts, fleet.minimum);
    if (value === undefined || enough < needed) {
      const sentence = `${family.name}: ${enough} of at least ${counted(needed, 'device')} ${family.done}`;
      return { ...numbers, verdict: 'inconclusive', sentence };
    }
    const share = `${over.length} of ${counted(enough, 'device')} ${family.over(limit)}`;
    if (value <= ofDevices) {
      return { ...numbers, verdict: 'pass', sentence: `${share}; at most ${percent(ofDevices)} of devices may` };
    }
    const sentence = `${share} (${listed(over)}); at most ${percent(ofDevices)} of devices may, and it may be chance`;
    return { ...numbers, verdict: 'inconclusive', sentence };
  };
}

/** Over all stages: how many measured, and what those surely over the limit did. Of the stage: how many measured enough, and who is over. */
function tally({ all, isOwn }: Fleet, measure: (one: Judged) => Measured | undefined) {
  const found = { measured: 0, surelyOver: [] as number[], enough: 0, over: [] as string[] };
  for (const one of all) {
    const said = measure(one);
    if (said === undefined) continue;
    found.measured++;
    // What a person has taken note of neither stops nor holds.
    if (said.isSurelyOver && !one.isAcknowledged) found.surelyOver.push(said.value);
    if (!said.isEnough || !isOwn(one)) continue;
    found.enough++;
    if (said.isOver && !one.isAcknowledged) found.over.push(one.device);
  }
  return found;
}

/** What it says is of this assignment, also when it refused it. */
function speaks({ standing }: Judged): boolean {
  return standing !== 'waiting' && standing !== 'no chance' && standing !== 'not begun' && standing !== 'acknowledged';
}

function runsIt(one: Judged): boolean {
  return speaks(one) && one.model?.runningSha256 === one.assigned?.sha256;
}

/** In service where the release runs: until then the number would be of the two models before it. */
function ratio(one: Judged, inService: number | undefined, inShadow: number | undefined, limit: number) {
  const value = speaks(one) ? ((runsIt(one) ? inService : undefined) ?? inShadow) : undefined;
  return value === undefined ? undefined : plain(value, limit);
}

function plain(value: number, limit: number): Measured {
  return { value, isOver: value > limit, isSurelyOver: value > limit, isEnough: true };
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
}

function short(value: number): string {
  return String(Number(value.toPrecision(3)));
}
