import type { ActivityRecord, Manifest } from '@plumbline/shared/manifest';
import { createDecoder, encodeRuns, refillRun, type Decoder, type Run, type Scored } from '@plumbline/shared/predict';
import { CodedError, isCodedError } from '@plumbline/shared/errors';
import type { Session } from '../ports/index.ts';
import { createTurns, type Turns } from './turns.ts';

interface Scorable {
  manifest: Pick<Manifest, 'inputs' | 'output'>;
  session: Session;
}

/** What is kept for a session between calls. */
interface Scorer {
  decoder: Decoder;
  turns: Turns;
  /** The arrays of the last single record, for the next one: what the runtime knows already costs nothing again. */
  spare: Run | undefined;
  /** A run of one record has one row: where the graph wants more, the padding would be left over from before. */
  keepsSpare: boolean;
}

const scorers = new WeakMap<Session, Scorer>();

/** Answers to records, in order, and the arrays that were asked with. */
export interface Answered {
  scored: Scored[];
  runs: readonly Run[];
  /** Gives the arrays back; they are not read any more. */
  release(): void;
}

/**
 * What the model says about each record, in order.
 * @throws PredictError; for bad values its field begins with `records[i]`
 */
export async function scoreRecords(model: Scorable, records: readonly ActivityRecord[]): Promise<Scored[]> {
  const { scored, release } = await askRecords(model, records);
  release();
  return scored;
}

/** As `scoreRecords`, for a caller who needs the arrays as well. */
export async function askRecords(model: Scorable, records: readonly ActivityRecord[]): Promise<Answered> {
  const scorer = scorerOf(model);
  const runs = encode(scorer, model.manifest, records);
  const [first, ...others] = runs;
  const release = () => {
    if (records.length === 1 && scorer.keepsSpare) scorer.spare = first;
  };
  if (first === undefined) return { scored: [], runs, release };
  const { outputs, from } = await scorer.turns.run(first);
  const scored = scorer.decoder.read(outputs, first.rows, from);
  for (const run of others) {
    const answer = await scorer.turns.run(run);
    scored.push(...scorer.decoder.read(answer.outputs, run.rows, answer.from));
  }
  return { scored, runs, release };
}

function scorerOf({ session, manifest }: Scorable): Scorer {
  const known = scorers.get(session);
  if (known !== undefined) return known;
  const decoder = createDecoder(manifest.output);
  const keepsSpare = manifest.inputs.every(
    (input) => input.kind === 'tensor' || input.batch === 'dynamic' || input.batch === 1,
  );
  const turns = createTurns(session, manifest, decoder.output);
  const scorer: Scorer = { decoder, turns, spare: undefined, keepsSpare };
  scorers.set(session, scorer);
  return scorer;
}

function encode(scorer: Scorer, manifest: Scorable['manifest'], records: readonly ActivityRecord[]): readonly Run[] {
  const { spare } = scorer;
  try {
    if (spare === undefined || records.length !== 1) return encodeRuns(manifest, records);
    scorer.spare = undefined;
    refillRun(manifest, spare, records);
    return [spare];
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
