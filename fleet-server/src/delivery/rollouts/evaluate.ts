import type { DeviceReport } from '@plumbline/shared/wire';
import type { Gate } from './plan.ts';

/** What is known of one device of the open stages. */
export interface DeviceEvidence {
  device: string;
  assignmentSeq: number;
  /** Hash of the archive it was assigned. */
  sha256: string;
  assignedAt: number;
  lastSeenAt: number | null;
  report: DeviceReport | undefined;
}

/** All a gate may look at: evaluation is a function of this value. */
export interface GateInput {
  line: string;
  devices: DeviceEvidence[];
}

export interface GateNumbers {
  devices: number;
  hadChance: number;
  proven: number;
  unproven: number;
  failed: number;
  underWay: number;
  sample: number;
}

export interface GateVerdict {
  verdict: 'pass' | 'fail' | 'inconclusive';
  numbers: GateNumbers;
  sentence: string;
  reasons: string[];
}

type Standing = 'proven' | 'unproven' | 'failed' | 'under way' | 'no chance';

/**
 * Counts devices over those that had a chance, so that dead ones neither block nor dilute; failure is looked at first.
 * A device counts as proven only when it reports to run the very bytes of its newest assignment.
 */
export function evaluateGate(input: GateInput, gate: Gate): GateVerdict {
  const standings = input.devices.map((one) => ({ device: one.device, ...standingOf(input.line, one) }));
  const number = (standing: Standing) => standings.filter((one) => one.standing === standing).length;
  const proven = number('proven');
  const unproven = number('unproven');
  const failed = number('failed');
  const underWay = number('under way');
  const hadChance = proven + unproven + failed + underWay;
  const sample = Math.min(gate.minimumSample, input.devices.length);
  const numbers = { devices: input.devices.length, hadChance, proven, unproven, failed, underWay, sample };
  const reasons = standings.flatMap((one) => (one.standing === 'failed' ? [`${one.device}: ${one.reason}`] : []));

  const decided = proven + failed;
  if (failed > 0 && decided >= sample && failed / hadChance > gate.failureRatio) {
    return { verdict: 'fail', numbers, reasons, sentence: `${failed} of ${hadChance} devices failed (${reasons[0]})` };
  }
  if (hadChance < sample) {
    const sentence = `waiting: ${hadChance} of at least ${sample} devices were heard from`;
    return { verdict: 'inconclusive', numbers, reasons, sentence };
  }
  if (proven >= sample && proven / hadChance >= gate.provenRatio) {
    return { verdict: 'pass', numbers, reasons, sentence: `${proven} of ${hadChance} devices proved the release` };
  }
  const quiet = unproven > 0 ? `, ${unproven} without traffic` : '';
  const sentence = `waiting: ${proven} of ${hadChance} proven, ${underWay} under way, ${failed} failed${quiet}`;
  return { verdict: 'inconclusive', numbers, reasons, sentence };
}

function standingOf(line: string, one: DeviceEvidence): { standing: Standing; reason: string } {
  const { report } = one;
  if (one.lastSeenAt === null || one.lastSeenAt < one.assignedAt) return { standing: 'no chance', reason: '' };
  const model = report?.models.find((each) => each.model === line);
  if (report === undefined || model?.target === undefined || model.target.assignmentSeq < one.assignmentSeq) {
    return { standing: 'under way', reason: '' };
  }
  if (model.state === 'refused' || model.state === 'rolled-back') {
    return { standing: 'failed', reason: `${model.reason ?? model.state}${model.detail ? ` (${model.detail})` : ''}` };
  }
  if (model.state !== 'committed' || model.running?.sha256 !== one.sha256) {
    return { standing: 'under way', reason: '' };
  }
  return { standing: model.proof === 'proven' ? 'proven' : 'unproven', reason: '' };
}
