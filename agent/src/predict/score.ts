import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { decodeOutputs, encodeRuns, type Scored } from '@plumbline/shared/predict';
import { CodedError, isCodedError } from '@plumbline/shared/errors';
import type { Session } from '../ports/index.ts';

interface Scorer {
  manifest: Pick<Manifest, 'inputs' | 'output'>;
  session: Session;
}

/** Sessions take one run at a time; callers queue up per session. */
const turns = new WeakMap<Session, Promise<unknown>>();

/**
 * What the model says about each record, in order.
 * @throws PredictError; for bad values its field begins with `records[i]`
 */
export async function scoreRecords(
  { manifest, session }: Scorer,
  records: readonly ActivityRecord[],
): Promise<Scored[]> {
  const runs = encode(manifest, records);
  const output = manifest.output.kind === 'classes' ? manifest.output.probabilities : manifest.output.value;
  const scored: Scored[] = [];
  for (const { feeds, rows } of runs) {
    const outputs = await inTurn(session, () => session.run(feeds, [output]));
    scored.push(...decodeOutputs(manifest, outputs, rows));
  }
  return scored;
}

function inTurn<T>(session: Session, run: () => Promise<T>): Promise<T> {
  const before = turns.get(session);
  const result = before === undefined ? run() : before.then(run, run);
  const done: Promise<unknown> = result
    .catch(() => undefined)
    .then(() => {
      // Nobody queued up behind: the next caller starts without waiting.
      if (turns.get(session) === done) turns.delete(session);
    });
  turns.set(session, done);
  return result;
}

function encode(manifest: Pick<Manifest, 'inputs'>, records: readonly ActivityRecord[]) {
  try {
    return encodeRuns(manifest, records);
  } catch (error) {
    throw atRecord(manifest, records, error);
  }
}

/** Which record was at fault is only looked for when one was. */
function atRecord(manifest: Pick<Manifest, 'inputs'>, records: readonly ActivityRecord[], error: unknown): unknown {
  for (const [i, record] of records.entries()) {
    try {
      encodeRuns(manifest, [record]);
    } catch (own) {
      if (!isCodedError(own)) return own;
      const { code, kind, expected, cause } = own;
      return new CodedError(code, `records[${i}]: ${own.message}`, {
        kind,
        field: `records[${i}].${own.field ?? 'values'}`,
        ...(expected !== undefined && { expected }),
        cause,
      });
    }
  }
  return error;
}
