import { sleep } from '@plumbline/shared/ports';
import { messageOf } from '@plumbline/shared/errors';
import { isModelFault } from '../predict/predictor.ts';
import { scoreRecords } from '../predict/score.ts';
import type { UpdateInput } from '../update/index.ts';
import type { InstallDeps, StepInput } from './step.ts';

const DEFAULT_RECORDS = 20;
const DEFAULT_TIMEOUT_MS = 600_000;
/** So many failed calls, and so large a share of all, speak against the model and not against chance. */
const MIN_ERRORS = 3;
const MAX_ERROR_SHARE = 0.05;
const UNPROVEN: UpdateInput = { type: 'proved', proof: 'unproven: no traffic' };

type ProveDeps = Pick<InstallDeps, 'clock' | 'predictor' | 'settings' | 'storedRecords' | 'derive'>;

/**
 * The soak: ends at N records or after T since activation. What is missing then is replayed from the site log; with
 * nothing to replay the proof says so. Errors in service roll back.
 */
export async function prove(
  deps: ProveDeps,
  { model, signal }: Omit<StepInput, 'target'>,
): Promise<UpdateInput | undefined> {
  const { clock, predictor } = deps;
  const { proveRecords = DEFAULT_RECORDS, proveTimeoutMs = DEFAULT_TIMEOUT_MS } = deps.settings();
  const endsAt = (model.provingSince ?? clock.now()) + proveTimeoutMs;
  const decided = new AbortController();
  let records = 0;
  let calls = 0;
  let errors = 0;
  const failing = () => errors >= MIN_ERRORS && errors / (errors + calls) > MAX_ERROR_SHARE;
  const stopListening = predictor.listen({
    predicted({ line }, predicted) {
      if (line !== model.line) return;
      calls += 1;
      records += predicted.length;
      if (records >= proveRecords) decided.abort();
    },
    failed({ line }, error) {
      if (line !== model.line || !isModelFault(error)) return;
      errors += 1;
      if (failing()) decided.abort();
    },
  });
  try {
    await sleep(clock, Math.max(0, endsAt - clock.now()), AbortSignal.any([signal, decided.signal]));
  } finally {
    stopListening();
  }
  if (failing()) {
    const detail = `${errors} of ${errors + calls} calls failed`;
    return { type: 'failed', reason: 'errors_in_service', detail };
  }
  if (signal.aborted && !decided.signal.aborted) return undefined;
  if (records >= proveRecords) return proven(records, 0);
  return replay(deps, model.line, records, proveRecords);
}

/** Too little came in time: real records of the site are asked again, for the proof alone and without telemetry. */
async function replay(deps: ProveDeps, line: string, records: number, wanted: number): Promise<UpdateInput> {
  const loaded = deps.predictor.get(line);
  const stored = loaded === undefined ? [] : deps.storedRecords(wanted - records, line);
  if (records + stored.length === 0) return UNPROVEN;
  try {
    if (loaded !== undefined) await scoreRecords(loaded, deps.derive([loaded.manifest], stored));
    return proven(records, stored.length);
  } catch (error) {
    // A record this model cannot take says nothing against it, and nothing for it.
    if (!isModelFault(error)) return records === 0 ? UNPROVEN : proven(records, 0);
    return { type: 'failed', reason: 'errors_in_service', detail: `replay of stored records: ${messageOf(error)}` };
  }
}

function proven(records: number, replayed: number): UpdateInput {
  const detail = replayed === 0 ? `${records} records` : `${records} records, ${replayed} replayed`;
  return { type: 'proved', proof: 'proven', detail };
}
