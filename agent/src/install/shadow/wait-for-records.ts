import type { ActivityRecord } from '@plumbline/shared/manifest';
import { sleep } from '@plumbline/shared/ports';
import { DEFAULT_RECENT_RECORDS } from '../../observe/recent-inputs.ts';
import type { InstallDeps, StepInput } from '../step.ts';

/** So many real records make a shadow run worth believing. */
const DEFAULT_RECORDS = 50;

/**
 * Real records of this device for the comparison, newest first: at once when enough are stored, else when enough came
 * or the time is over. By default nothing is waited for, so that a quiet site decides by what it has.
 * @returns undefined when the signal fired first
 */
export async function waitForRecords(
  deps: Pick<InstallDeps, 'clock' | 'settings' | 'storedRecords' | 'recentInputs'>,
  { model, signal }: Pick<StepInput, 'model' | 'signal'>,
): Promise<ActivityRecord[] | undefined> {
  const { clock, storedRecords, recentInputs } = deps;
  const {
    shadowRecords: wanted = DEFAULT_RECORDS,
    shadowTimeoutMs = 0,
    recentRecords = DEFAULT_RECENT_RECORDS,
  } = deps.settings();
  const endsAt = (model.shadowingSince ?? clock.now()) + shadowTimeoutMs;
  const stored = () => storedRecords(Math.max(wanted, recentRecords), model.line);
  while (!signal.aborted) {
    const records = stored();
    // A clock that was set back must not make the wait longer than it was meant to be.
    const leftMs = Math.min(shadowTimeoutMs, endsAt - clock.now());
    if (records.length >= wanted || leftMs <= 0) return records;
    const came = new AbortController();
    const stopListening = recentInputs.listen(model.line, () => came.abort());
    try {
      await sleep(clock, leftMs, AbortSignal.any([signal, came.signal]));
    } finally {
      stopListening();
    }
  }
  return undefined;
}
