import type { Golden } from '@plumbline/shared/manifest';
import type { RefusalReason } from '@plumbline/shared/update';
import type { TrialResult } from '../ports/index.ts';
import { openSlot } from '../predict/load.ts';
import { freeSlot, type UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';

export const DEFAULT_DEADLINE_MS = 30_000;

export const TRIAL_REASONS: Record<Extract<TrialResult, { ok: false }>['reason'], RefusalReason> = {
  crashed: 'model_unloadable',
  timed_out: 'self_test_timeout',
  failed: 'model_unloadable',
};

/** Runs the golden rows where a crash, a hang or a huge allocation does no harm, and compares every score. */
export async function selfTest(deps: InstallDeps, { model, target }: StepInput): Promise<UpdateInput> {
  const slot = freeSlot(model);
  const content = model.slots[slot];
  if (content?.sha256 !== target.sha256) return { type: 'missing' };
  const bundle = await openSlot(deps, model.line, slot, content);
  const result = await deps.trial.run({
    model: bundle.model,
    manifest: bundle.manifest,
    // A bundle without golden rows is only loaded; its manifest says so, and the gates that need them stay inconclusive.
    records: bundle.golden?.rows.map(({ record }) => record) ?? [],
    deadlineMs: deps.settings().trialTimeoutMs ?? DEFAULT_DEADLINE_MS,
    memoryMb: deps.profile.memoryForModelMb,
  });
  if (!result.ok) return { type: 'failed', reason: TRIAL_REASONS[result.reason], detail: result.detail };
  const wrong = bundle.golden && firstWrong(bundle.golden, result.scores);
  if (wrong !== undefined) return { type: 'failed', reason: 'self_test_failed', detail: wrong };
  const { loadMs, runMs, peakMb } = result;
  deps.event('self_test_passed', { line: model.line, sha256: target.sha256, loadMs, runMs, peakMb });
  return { type: 'tested', at: deps.clock.now() };
}

function firstWrong({ rows, tolerance }: Golden, scores: readonly number[]): string | undefined {
  for (const [i, { score }] of rows.entries()) {
    const given = scores[i] ?? Number.NaN;
    // Written so that NaN is wrong too.
    if (!(Math.abs(given - score) <= tolerance)) {
      return `golden row ${i}: ${given} instead of ${score} ± ${tolerance}`;
    }
  }
  return undefined;
}
