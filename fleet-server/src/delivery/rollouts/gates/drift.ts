import type { GateInput } from './gate-input.ts';
import type { GateResult, Gates } from './gates.ts';
import { counted, listed } from './say.ts';

/**
 * Alarms over the candidate's own windows. The detectors have a false-alarm budget of their own (shared/drift), so this gate
 * takes nothing of the rollout's confidence. No alarm is no pass while a change that matters is likely and not sure.
 */
export function driftGate(
  { drift: { judged, alarms, undecided }, absent }: Pick<GateInput, 'drift' | 'absent'>,
  { atMost }: NonNullable<Gates['drift']>,
): GateResult {
  const value = judged > 0 || alarms.length > 0 ? alarms.length : undefined;
  const numbers = { gate: 'drift', value, low: undefined, high: undefined, limit: atMost, sample: judged } as const;
  if (alarms.length > atMost) {
    const sentence = `${counted(alarms.length, 'drift alarm')} over the windows of the candidate (${listed(alarms)}); at most ${atMost} may be`;
    return { ...numbers, verdict: 'fail', sentence };
  }
  if (undecided !== undefined) {
    const sentence = `the newest of ${counted(judged, 'verdict')} on drift is not sure: ${undecided}`;
    return { ...numbers, verdict: 'inconclusive', sentence };
  }
  if (judged > 0) {
    const sentence = `${counted(alarms.length, 'drift alarm')} in ${counted(judged, 'verdict')}; at most ${atMost} may be`;
    return { ...numbers, verdict: 'pass', sentence };
  }
  const sentence = absent.includes('reference')
    ? 'drift can never be judged: the bundle of this release carries no reference distribution'
    : 'no window of the candidate has been judged for drift yet';
  return { ...numbers, verdict: 'inconclusive', sentence };
}
