import { codeOf, messageOf } from '@plumbline/shared/errors';
import { answerInWords, answersAlike, type ActivityRecord, type Bundle } from '@plumbline/shared/manifest';
import type { ShadowReport } from '@plumbline/shared/wire';
import { openSlot } from '../../predict/load.ts';
import { freeSlot, type UpdateInput, type UpdateModel } from '../../update/index.ts';
import { DEFAULT_DEADLINE_MS, TRIAL_REASONS } from '../self-test.ts';
import type { InstallDeps, StepInput } from '../step.ts';
import { canTake } from './ask.ts';
import { agreesOn, compare, refusalOf, scaleOf, type Pair } from './compare.ts';
import { latencyRatio } from './latency.ts';
import { MAX_UNANSWERED_SHARE, scoreBoth, type Both } from './score-both.ts';
import { waitForRecords } from './wait-for-records.ts';

/** Below it, MB, what a model takes drowns in what its process takes. */
const MIN_PEAK_MB = 8;

interface Bundles {
  candidate: Bundle;
  champion: Bundle;
}

/**
 * Runs the candidate beside the model in force on the same real records of this device, both in the trial process.
 * A crash and answers that are no numbers refuse it; the rest only by thresholds that the settings name. What cannot be
 * compared is told and holds nothing up: the soak comes after.
 */
export async function shadow(deps: InstallDeps, step: StepInput): Promise<UpdateInput | undefined> {
  const { model, target } = step;
  const goOn = (reason: string, detail: string | null = null): UpdateInput => {
    deps.event('shadow_skipped', { line: model.line, sha256: target.sha256, reason, detail });
    return { type: 'shadowed' };
  };
  const content = model.slots[freeSlot(model)];
  if (content?.sha256 !== target.sha256) return { type: 'missing' };
  if (model.active === undefined) return goOn('first_install');
  if (content.proven === true) return goOn('proven_here_before');

  const candidate = await openSlot(deps, model.line, freeSlot(model), content);
  const champion = await openChampion(deps, model);
  if ('problem' in champion) return goOn('nothing_to_compare_with', champion.problem);
  const [ours, theirs] = [candidate.manifest.output, champion.manifest.output];
  if (!answersAlike(ours, theirs)) return goOn('other_output', `${answerInWords(ours)} after ${answerInWords(theirs)}`);
  const stored = await waitForRecords(deps, step);
  if (stored === undefined) return undefined;
  const seen = deps.derive([candidate.manifest, champion.manifest], stored);
  const bundles = { candidate, champion };
  const records = seen.filter((record) => canTake(candidate, record) && canTake(champion, record));
  if (records.length === 0) return goOn('no_records', `${seen.length} stored, none that both models take`);
  const both = await scoreBoth(deps, bundles, records, optionsOf(deps));
  if (both.ok ? both.answerable === 0 : both.who === 'champion') {
    return goOn('model_in_force_failed', both.ok ? 'it answers none of the records' : both.failure.detail);
  }
  return faultOf(both, records) ?? judge(deps, step, bundles, both as Extract<Both, { ok: true }>, seen);
}

/** The slot that answers, as a bundle. It goes on answering from memory when its files cannot be read any more. */
async function openChampion(
  deps: InstallDeps,
  { line, active, slots }: UpdateModel,
): Promise<Bundle | { problem: string }> {
  const content = active && slots[active];
  if (active === undefined || content === undefined) return { problem: 'no slot answers' };
  try {
    return await openSlot(deps, line, active, content);
  } catch (error) {
    return { problem: `${codeOf(error)}: ${messageOf(error)}` };
  }
}

function optionsOf({ settings, profile }: InstallDeps) {
  return {
    deadlineMs: settings().trialTimeoutMs ?? DEFAULT_DEADLINE_MS,
    memoryMb: profile.memoryForModelMb,
  };
}

/** What speaks against any model, whatever the thresholds. */
function faultOf(both: Both, records: readonly ActivityRecord[]): UpdateInput | undefined {
  if (!both.ok) {
    const { reason, detail } = both.failure;
    return {
      type: 'failed',
      reason: TRIAL_REASONS[reason],
      detail: `shadow run of ${records.length} records: ${detail}`,
    };
  }
  const { unanswered, answerable, pairs } = both;
  if (unanswered <= answerable * MAX_UNANSWERED_SHARE && pairs.length > 0) return undefined;
  const detail = `shadow run: no number for ${unanswered} or more of ${answerable} records that the model in force answers`;
  return { type: 'failed', reason: 'self_test_failed', detail };
}

async function judge(
  deps: InstallDeps,
  { model, target }: StepInput,
  bundles: Bundles,
  { pairs, records, unanswered, cost }: Extract<Both, { ok: true }>,
  seen: readonly ActivityRecord[],
): Promise<UpdateInput> {
  const outputs = { candidate: bundles.candidate.manifest.output, champion: bundles.champion.manifest.output };
  const latency = await latencyRatio(deps, bundles, records, optionsOf(deps));
  tellDisagreed(deps, model, bundles, pairs, records);
  const memory = ratioOf(cost.candidate.peakMb, cost.champion.peakMb);
  const report: ShadowReport = {
    ...compare(pairs, outputs),
    ...(latency !== undefined && { latencyRatio: latency }),
    ...(memory !== undefined && { memoryRatio: memory }),
  };
  deps.event('shadow_compared', {
    line: model.line,
    sha256: target.sha256,
    ...report,
    latencyRatio: latency ?? null,
    memoryRatio: memory ?? null,
    skipped: seen.length - pairs.length - unanswered,
    unanswered,
  });
  const refusal = refusalOf(report, deps.settings(), scaleOf(outputs.champion, pairs));
  return refusal === undefined ? { type: 'shadowed', report } : { type: 'failed', ...refusal, shadow: report };
}

function tellDisagreed(
  { disagreed }: InstallDeps,
  { line, active, slots }: UpdateModel,
  { candidate, champion }: Bundles,
  pairs: readonly Pair[],
  records: readonly ActivityRecord[],
): void {
  const inForce = active && slots[active];
  if (disagreed === undefined || inForce === undefined) return;
  const isAgreed = agreesOn(pairs, { candidate: candidate.manifest.output, champion: champion.manifest.output });
  const apart = pairs.flatMap((pair, i) => (isAgreed(pair) ? [] : [{ ...pair, record: records[i]! }]));
  const { sha256, version } = inForce;
  disagreed({ line, version, sha256 }, [champion.manifest, candidate.manifest], apart);
}

function ratioOf(candidateMb: number, championMb: number): number | undefined {
  return championMb < MIN_PEAK_MB ? undefined : candidateMb / championMb;
}
