import type { Manifest } from '@plumbline/shared/manifest';
import type { DeviceSettings } from '@plumbline/shared/trust';
import type { RefusalReason } from '@plumbline/shared/update';
import type { ShadowReport } from '@plumbline/shared/wire';

type Output = Manifest['output'];
export type Pair = { candidate: number; champion: number };

const DEFAULT_THRESHOLD = 0.5;
/** Values of a regression agree when they lie this close, as a share of the spread of the model in force. */
const NEAR = 0.05;
/** Fewer records than that decide nothing, unless the settings ask for fewer. */
const MIN_RECORDS = 20;

/** What both said about the same records. `pairs` must not be empty. */
export function compare(
  pairs: readonly Pair[],
  outputs: { candidate: Output; champion: Output },
): Pick<ShadowReport, 'records' | 'agreement' | 'meanShift' | 'maxShift'> {
  const agreed = pairs.filter(agreesOn(pairs, outputs));
  const shifts = pairs.map(({ candidate, champion }) => candidate - champion);
  return {
    records: pairs.length,
    agreement: agreed.length / pairs.length,
    meanShift: shifts.reduce((sum, shift) => sum + shift / pairs.length, 0),
    maxShift: shifts.reduce((most, shift) => Math.max(most, Math.abs(shift)), 0),
  };
}

/** Whether both models come to the same decision, or values near each other, by all that was compared. */
export function agreesOn(
  pairs: readonly Pair[],
  outputs: { candidate: Output; champion: Output },
): (pair: Pair) => boolean {
  const spread = spreadOf(pairs);
  return ({ candidate, champion }) =>
    outputs.champion.kind === 'classes'
      ? isPositive(outputs.candidate, candidate) === isPositive(outputs.champion, champion)
      : Math.abs(candidate - champion) <= NEAR * spread;
}

/**
 * Why the numbers speak against a candidate; undefined when they do not. Nothing is refused by a threshold nobody set:
 * a model that was retrained because it was wrong must be allowed to disagree.
 * @param spread of the scores of the model in force: what a shift of a regression is measured by; 1 for a risk
 */
export function refusalOf(
  report: ShadowReport,
  settings: DeviceSettings,
  spread: number,
): { reason: RefusalReason; detail: string } | undefined {
  const { records, agreement, meanShift, latencyRatio, memoryRatio } = report;
  const enough = records >= Math.min(MIN_RECORDS, settings.shadowRecords ?? MIN_RECORDS);
  const { shadowAgreementPermille, shadowShiftPermille, shadowLatencyPercent, shadowMemoryPercent } = settings;
  if (enough && shadowAgreementPermille !== undefined && agreement * 1000 < shadowAgreementPermille) {
    const detail = `agrees on ${permille(agreement)} ‰ of ${records} records, at least ${shadowAgreementPermille} ‰ are asked`;
    return { reason: 'shadow_disagrees', detail };
  }
  const shift = spread > 0 ? Math.abs(meanShift) / spread : Math.abs(meanShift) > 0 ? Infinity : 0;
  if (enough && shadowShiftPermille !== undefined && shift * 1000 > shadowShiftPermille) {
    const detail = `mean score moved by ${permille(shift)} ‰ over ${records} records, at most ${shadowShiftPermille} ‰ are allowed`;
    return { reason: 'shadow_shifted', detail };
  }
  if (latencyRatio !== undefined && shadowLatencyPercent !== undefined && latencyRatio * 100 > shadowLatencyPercent) {
    const detail = `needs ${Math.round(latencyRatio * 100)} % of the time of the model in force, at most ${shadowLatencyPercent} % are allowed`;
    return { reason: 'shadow_slower', detail };
  }
  if (memoryRatio !== undefined && shadowMemoryPercent !== undefined && memoryRatio * 100 > shadowMemoryPercent) {
    const detail = `needs ${Math.round(memoryRatio * 100)} % of the memory of the model in force, at most ${shadowMemoryPercent} % are allowed`;
    return { reason: 'shadow_larger', detail };
  }
  return undefined;
}

/** What a change of the score is measured by: a risk lies between 0 and 1, a value between the extremes seen here. */
export function scaleOf(output: Output, pairs: readonly Pair[]): number {
  return output.kind === 'classes' ? 1 : spreadOf(pairs);
}

function spreadOf(pairs: readonly Pair[]): number {
  let [low, high] = [Infinity, -Infinity];
  for (const { champion } of pairs) {
    low = Math.min(low, champion);
    high = Math.max(high, champion);
  }
  return Math.max(0, high - low);
}

/** The side of the decision a risk falls on. Of many classes, too: the trial answers scores, not labels. */
function isPositive(output: Output, score: number): boolean {
  return score >= (output.kind === 'classes' ? (output.threshold ?? DEFAULT_THRESHOLD) : DEFAULT_THRESHOLD);
}

function permille(share: number): string {
  return (share * 1000).toFixed(1);
}
