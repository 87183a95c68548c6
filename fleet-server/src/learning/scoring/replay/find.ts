import type { PredictionRow } from '@plumbline/shared/wire';
import { and, asc, eq, telemetry, type ReadDb } from '../../../platform/db/index.ts';
import { SERVER_DEVICE } from '../../../insight/telemetry/index.ts';
import { ScoringError } from '../errors.ts';

/** By which a prediction is named: where its row stands, or the reference that its caller gave. */
export type PredictionQuestion =
  | { id: string }
  | { ref: string; site?: string | undefined; device?: string | undefined; line?: string | undefined };

/** A prediction as it was kept. */
export interface KeptPrediction {
  /** `STREAM:NUMBER`. */
  id: string;
  stream: string;
  seq: number;
  madeBy: 'server' | 'device';
  site: string;
  device: string;
  row: PredictionRow;
}

/** Rows that share a reference are shown up to this many. */
const MOST_SHOWN = 10;

/** @throws ScoringError `prediction_unknown`, `prediction_ambiguous` with the ids there are */
export async function findPrediction(db: ReadDb, question: PredictionQuestion): Promise<KeptPrediction> {
  const { stream, seq, site, device, body } = telemetry;
  const rows = await db
    .select({ stream, seq, site, device, body })
    .from(telemetry)
    .where(and(eq(telemetry.kind, 'prediction'), conditionOf(question)))
    .orderBy(asc(stream), asc(seq))
    .limit(MOST_SHOWN);
  const [only, ...others] = rows;
  const field = 'id' in question ? 'prediction' : 'ref';
  if (only === undefined) {
    const what = 'id' in question ? question.id : `with the reference ${question.ref}`;
    throw new ScoringError('prediction_unknown', `no prediction ${what} is kept`, { kind: 'not-found', field });
  }
  if (others.length > 0) {
    throw new ScoringError('prediction_ambiguous', 'several predictions carry this reference', {
      kind: 'conflict',
      field,
      expected: rows.map((row) => `${row.stream}:${row.seq}`).join(' | '),
    });
  }
  return {
    id: `${only.stream}:${only.seq}`,
    stream: only.stream,
    seq: only.seq,
    madeBy: only.device === SERVER_DEVICE ? 'server' : 'device',
    site: only.site,
    device: only.device,
    row: JSON.parse(only.body) as PredictionRow,
  };
}

function conditionOf(question: PredictionQuestion) {
  if (!('id' in question)) {
    const { ref, site, device, line } = question;
    return and(
      eq(telemetry.ref, ref),
      site === undefined ? undefined : eq(telemetry.site, site),
      device === undefined ? undefined : eq(telemetry.device, device),
      line === undefined ? undefined : eq(telemetry.line, line),
    );
  }
  const at = question.id.lastIndexOf(':');
  const seq = /^\d{1,15}$/.test(question.id.slice(at + 1)) ? Number(question.id.slice(at + 1)) : -1;
  return and(eq(telemetry.stream, question.id.slice(0, Math.max(0, at))), eq(telemetry.seq, seq));
}
