import { binomialTail, isSurelyAbove, isSurelyBelow } from './bounds.ts';
import { alphaOf } from './evaluate.ts';
import type { GateName, Gates } from './gates.ts';
import { meanBounds, MIN_CLUSTERS } from './mean-bounds.ts';
import { PASS_ALPHA } from './outcomes.ts';
import { MAX_SLICES } from './quality.ts';
import { counted, percent } from './say.ts';

/** With this chance a gate notices the effect that is named. */
export const POWER = 0.95;
/** Nobody counts further for a forecast. */
const MOST_DEVICES = 100_000;

/** What a stage and those before it will have to decide by. */
export interface Reach {
  /** Devices that will have begun. */
  devices: number;
  /** Sites whose outcomes mature in that time, of the side that has fewer. */
  clusters?: number;
  /** Standard deviation, between sites, of the difference of the Brier scores, where it is known. */
  clusterSpread?: number;
}

export interface Effect {
  gate: GateName;
  /** Share of devices that the gate tolerates, or the Brier points. */
  limit: number;
  canStop: boolean;
  canPass: boolean;
  /** Devices over the limit that stop the rollout, of `devices`. */
  devicesToStop: number | undefined;
  /** Smallest true share of such devices, or loss in Brier points, that is noticed with 95 % chance. */
  smallest: number | undefined;
  /** Devices without a single failure that the gate needs to pass. */
  devicesToPass: number | undefined;
  sentence: string;
}

/** Devices of so many that have to fail before the share is surely above the limit; undefined when all are too few. */
export function countToStop(devices: number, limit: number, alpha: number): number | undefined {
  if (!isSurelyAbove(devices, devices, limit, alpha)) return undefined;
  return smallestInteger(devices, (count) => isSurelyAbove(count, devices, limit, alpha));
}

/** Devices that all have to fail before the share is surely above the limit. */
export function failuresInARow(limit: number, alpha: number): number | undefined {
  return smallestInteger(MOST_DEVICES, (count) => isSurelyAbove(count, count, limit, alpha));
}

/** Devices without a single failure after which the share is surely below the limit; undefined beyond 100 000. */
export function devicesNeeded(limit: number, alpha: number): number | undefined {
  return smallestInteger(MOST_DEVICES, (count) => isSurelyBelow(0, count, limit, alpha));
}

/** Smallest share of failing devices at which at least `count` of `devices` fail with 95 % chance; exact binomial. */
export function shareNoticed(count: number, devices: number): number {
  let [low, high] = [0, 1];
  for (let i = 0; i < 50; i++) {
    const middle = (low + high) / 2;
    if (binomialTail(count, devices, middle) < POWER) low = middle;
    else high = middle;
  }
  return high;
}

/**
 * What a gate can tell with what it will have, said before a rollout starts; undefined for a gate that is not asked. It is
 * what the last look alone can tell: looking all the time, a gate notices at least as much.
 */
export function smallestEffect(gate: GateName, reach: Reach, gates: Gates): Effect | undefined {
  const alpha = alphaOf(gates);
  switch (gate) {
    case 'proven':
      return without(gate, gates.proven.atLeast, 'it holds a stage and never stops a rollout');
    case 'drift':
      return gates.drift && { ...without(gate, gates.drift.atMost, 'one verdict decides it'), canStop: true };
    case 'failures': {
      const { atMost, sureBelow } = gates.failures;
      return ofShares(gate, { limit: atMost, sureBelow, verb: 'fail' }, reach, gates);
    }
    case 'quality':
    case 'fairness': {
      const of = gates[gate];
      return of && ofScores(gate, of.worseBy, reach, gate === 'fairness' ? alpha / MAX_SLICES : alpha);
    }
    default: {
      const of = gates[gate];
      return (
        of && ofShares(gate, { limit: of.ofDevices, sureBelow: undefined, verb: 'exceed the limit' }, reach, gates)
      );
    }
  }
}

type Shares = { limit: number; sureBelow: number | undefined; verb: string };

function ofShares(gate: GateName, { limit, sureBelow, verb }: Shares, { devices }: Reach, gates: Gates): Effect {
  const alpha = alphaOf(gates);
  const devicesToStop = countToStop(devices, limit, alpha);
  const smallest = devicesToStop === undefined ? undefined : shareNoticed(devicesToStop, devices);
  const devicesToPass = sureBelow === undefined ? undefined : devicesNeeded(sureBelow, PASS_ALPHA);
  const canPass = sureBelow === undefined ? devices > 0 : devicesToPass !== undefined && devices >= devicesToPass;
  const stops =
    devicesToStop === undefined
      ? `too few to stop it even if all ${verb} (${counted(devices, 'device')})`
      : `${devicesToStop} of ${counted(devices, 'device')} that ${verb} stop it; a share of ${percent(smallest ?? 1)} is noticed with 95 % chance`;
  const passes = canPass
    ? ''
    : devicesToPass === undefined
      ? '; it can never pass'
      : `; it passes from ${devicesToPass} devices without a failure on`;
  const can = { canStop: devicesToStop !== undefined, canPass };
  return { gate, limit, ...can, devicesToStop, smallest, devicesToPass, sentence: `${stops}${passes}` };
}

function ofScores(gate: GateName, limit: number, { clusters = 0, clusterSpread }: Reach, alpha: number): Effect {
  const none = { gate, limit, devicesToStop: undefined, devicesToPass: undefined };
  if (clusters < MIN_CLUSTERS) {
    const sentence = `outcomes of ${counted(clusters, 'site')} decide nothing; at least ${MIN_CLUSTERS} sites are needed on either side`;
    return { ...none, canStop: false, canPass: false, smallest: undefined, sentence };
  }
  const variance = (clusterSpread ?? 1) ** 2;
  const radius = meanBounds({ n: clusters, mean: 0, variance }, alpha).high;
  // The estimate itself strays: by 1.64 standard errors in one case of twenty.
  const reach = radius + 1.645 * Math.sqrt(variance / clusters);
  const smallest = clusterSpread === undefined ? undefined : limit + reach;
  const unit = clusterSpread === undefined ? ' standard deviations between sites' : '';
  const sentence = `with ${clusters} sites a Brier score worse than the limit by ${Number(reach.toPrecision(3))}${unit} is noticed with about 95 % chance`;
  return { ...none, canStop: true, canPass: true, smallest, sentence };
}

function without(gate: GateName, limit: number, sentence: string): Effect {
  const nothing = { devicesToStop: undefined, smallest: undefined, devicesToPass: undefined };
  return { gate, limit, canStop: false, canPass: true, ...nothing, sentence };
}

/** Smallest integer from 1 to `most` for which something holds that goes on holding; undefined when it never does. */
function smallestInteger(most: number, holds: (count: number) => boolean): number | undefined {
  let [low, high] = [0, 1];
  while (high < most && !holds(high)) [low, high] = [high, high * 2];
  high = Math.min(high, most);
  if (!holds(high)) return undefined;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
