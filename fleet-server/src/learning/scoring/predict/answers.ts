import type { Scored } from '@plumbline/shared/predict';
import { inputDigest } from '@plumbline/shared/predict';
import type { ActivityRecord } from '@plumbline/shared/manifest';
import type { PredictionRow, Reason } from '@plumbline/shared/wire';
import { and, eq, inArray, predictionInputs, telemetry, type Db, type ReadDb } from '../../../platform/db/index.ts';
import { keepOwn, NO_SITE, ownStream, SERVER_DEVICE } from '../../../insight/telemetry/index.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { keptRecord, questionOf, type AskedRecord } from './question.ts';

/** What a planner is answered about one record. */
export interface Answer extends Scored {
  /** By which it can be audited. */
  id: string;
  ref?: string;
  activity?: string;
  site?: string;
  version: string;
  sha256: string;
  asOf: number;
  /** When it was made, ms. */
  at: number;
  reasons?: Reason[];
}

/** An answer that was given under a reference before. */
export interface Given {
  question: string;
  answer: Answer;
}

const CHUNK = 500;

/** Answers by the references under which this line was asked. */
export async function answersGiven(db: ReadDb, line: string, refs: readonly string[]): Promise<Map<string, Given>> {
  const given = new Map<string, Given>();
  for (let from = 0; from < refs.length; from += CHUNK) {
    const rows = await db
      .select({ ref: telemetry.ref, question: predictionInputs.question, answer: predictionInputs.answer })
      .from(telemetry)
      .innerJoin(
        predictionInputs,
        and(eq(telemetry.stream, predictionInputs.stream), eq(telemetry.seq, predictionInputs.seq)),
      )
      .where(
        and(
          inArray(telemetry.ref, refs.slice(from, from + CHUNK)),
          eq(telemetry.device, SERVER_DEVICE),
          eq(telemetry.line, line),
        ),
      );
    for (const { ref, question, answer } of rows) {
      if (ref !== null) given.set(ref, { question, answer: JSON.parse(answer) as Answer });
    }
  }
  return given;
}

export interface Made {
  asked: AskedRecord;
  record: ActivityRecord;
  scored: Scored;
  reasons: Reason[] | undefined;
}

/** Keeps new predictions as rows of telemetry, with what was asked. @returns the answers, in the same order */
export async function keepAnswers(
  tx: Db,
  actor: string,
  model: ScorableModel,
  made: readonly Made[],
  now: number,
): Promise<Answer[]> {
  const answers = new Map<Made, Answer>();
  for (const [site, own] of Map.groupBy(made, ({ asked }) => asked.site ?? NO_SITE)) {
    const seqs = await keepOwn(
      tx,
      site,
      own.map((one) => rowOf(model, one, now)),
      now,
    );
    const stream = ownStream(site);
    const rows = own.map((one, at) => {
      const answer = answerOf(model, one, `${stream}:${seqs[at]}`, now);
      answers.set(one, answer);
      return {
        stream,
        seq: seqs[at]!,
        question: questionOf(model.line, one.asked),
        record: JSON.stringify(keptRecord(model.manifest, one.record)),
        answer: JSON.stringify(answer),
        actor,
      };
    });
    for (let from = 0; from < rows.length; from += CHUNK) {
      await tx.insert(predictionInputs).values(rows.slice(from, from + CHUNK));
    }
  }
  return made.map((one) => answers.get(one)!);
}

function rowOf(model: ScorableModel, { asked, record, scored, reasons }: Made, now: number): PredictionRow {
  const { ref, activity } = asked;
  return {
    kind: 'prediction',
    at: now,
    line: model.line,
    version: model.version,
    sha256: model.sha256,
    asOf: record.asOf,
    score: scored.score,
    inputs: inputDigest(model.manifest, record),
    ...(ref !== undefined && { ref }),
    ...(activity !== undefined && { activity }),
    ...(scored.unit !== undefined && { unit: scored.unit.slice(0, 256) }),
    ...(scored.label !== undefined && { label: scored.label }),
    ...(reasons !== undefined && { reasons }),
  };
}

function answerOf(model: ScorableModel, { asked, record, scored, reasons }: Made, id: string, now: number): Answer {
  const { ref, activity, site } = asked;
  return {
    id,
    ...(ref !== undefined && { ref }),
    ...(activity !== undefined && { activity }),
    ...(site !== undefined && { site }),
    version: model.version,
    sha256: model.sha256,
    asOf: record.asOf,
    at: now,
    ...scored,
    ...(reasons !== undefined && { reasons }),
  };
}
