import { agreementGate, errorsGate, latencyGate, memoryGate, shiftGate } from './device-share.ts';
import { driftGate } from './drift.ts';
import type { GateInput } from './gate-input.ts';
import type { Evaluation, GateResult, Gates } from './gates.ts';
import { failuresGate, provenGate } from './outcomes.ts';
import { fairnessGate, qualityGate } from './quality.ts';
import { countStandings, standingOf, type Judged } from './standing.ts';

/** Gates that draw a bound and so may be wrong by chance: they share what confidence leaves open. */
const BOUNDED = ['failures', 'errors', 'latency', 'memory', 'agreement', 'shift', 'quality', 'fairness'] as const;

/** Chance of each bounded gate to ever stop a release within its limit: equal parts (Bonferroni) of 1 − confidence. */
export function alphaOf(gates: Gates): number {
  return (1 - gates.confidence) / BOUNDED.filter((name) => gates[name] !== undefined).length;
}

/**
 * What the gates say of a stage: a function of the evidence alone, whatever the order of devices, and safe to ask at every
 * look. A gate fails by the devices of all stages that opened, and passes by those of the stage; a stage that found
 * nobody of its own passes by all. Failure beats success, and what is inconclusive holds.
 */
export function evaluateGates(input: GateInput, gates: Gates, of: { stage: number }): Evaluation {
  const all = input.devices.map((one) => ({ ...one, standing: standingOf(one) }));
  const found = all.filter(({ stage }) => stage === of.stage);
  const [own, isOwn] = found.length > 0 ? [found, (one: Judged) => one.stage === of.stage] : [all, () => true];
  const counts = countStandings(own);
  const alpha = alphaOf(gates);
  const fleet = { all, own, isOwn, counts, minimum: gates.minimum, alpha };
  const results: GateResult[] = [
    provenGate(fleet, gates.proven),
    failuresGate(fleet, gates.failures),
    ...(gates.errors ? [errorsGate(fleet, gates.errors)] : []),
    ...(gates.latency ? [latencyGate(fleet, gates.latency)] : []),
    ...(gates.memory ? [memoryGate(fleet, gates.memory)] : []),
    ...(gates.agreement ? [agreementGate(fleet, gates.agreement)] : []),
    ...(gates.shift ? [shiftGate(fleet, gates.shift)] : []),
    ...(gates.drift ? [driftGate(input, gates.drift)] : []),
    ...(gates.quality ? [qualityGate(input, gates.quality, alpha)] : []),
    ...(gates.fairness ? [fairnessGate(input, gates.fairness, alpha)] : []),
  ];
  const failing = results.filter(({ verdict }) => verdict === 'fail');
  const holding = results.filter(({ verdict }) => verdict === 'inconclusive');
  const [decisive, ...others] = failing.length > 0 ? failing : holding;
  if (decisive === undefined) {
    const sentence = results.map((one) => one.sentence).join('; ');
    return { verdict: 'pass', gate: undefined, results, counts, sentence };
  }
  const { verdict, gate } = decisive;
  const also = others.length === 0 ? '' : `; also ${verdict === 'fail' ? 'failing' : 'open'}: ${namesOf(others)}`;
  return { verdict, gate, results, counts, sentence: `${decisive.sentence}${also}` };
}

function namesOf(results: readonly GateResult[]): string {
  return results.map(({ gate }) => gate).join(', ');
}
