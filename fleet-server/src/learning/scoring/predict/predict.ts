import type { Database } from '../../../platform/db/index.ts';
import type { ModelReference } from '../model/reference.ts';
import { siteHistories } from '../model/site-history.ts';
import type { Scorer } from '../score/scorer.ts';
import { answersGiven, keepAnswers, type Answer, type Given, type Made } from './answers.ts';
import type { ScorerPool } from './pool.ts';
import { atRecord, placedRecord, questionOf, refReused, type AskedRecord } from './question.ts';

export interface PredictOrder {
  model: ModelReference;
  records: readonly AskedRecord[];
  /** How many a record; 0 asks for none. */
  reasons: number;
}

export interface Predicted {
  line: string;
  version: string;
  variant: string;
  sha256: string;
  predictions: Answer[];
}

/**
 * Predictions for planners who have no gateway. They are kept like those of devices, so that they mature and can be
 * audited; what was asked under a reference before gets the answer of then, whatever the model says now.
 * All records are answered, or none is.
 * @throws PredictError `value_missing`, `value_type` naming `records[i].…`; ScoringError `scoring_busy`, `ref_reused`;
 * as `resolveModel`
 */
export async function predict(
  deps: { database: Database; pool: ScorerPool; now: () => number },
  actor: string,
  { model, records, reasons }: PredictOrder,
): Promise<Predicted> {
  return deps.pool.use(model, async (scorer) => {
    const { line, version, variant, sha256 } = scorer.model;
    const refs = [...new Set(records.flatMap(({ ref }) => ref ?? []))];
    const before = await answersGiven(deps.database.db, line, refs);
    requireSame(line, records, before);
    const now = deps.now();
    const made = await ask(deps.database, scorer, firstOf(records, before), reasons, now);
    const kept = await deps.database.transaction(async (tx) => {
      // Somebody may have asked the same meanwhile: who commits first is right.
      const meanwhile = await answersGiven(tx, line, refs);
      requireSame(line, records, meanwhile);
      const fresh = [...made].filter(([{ ref }]) => ref === undefined || !meanwhile.has(ref));
      const answers = await keepAnswers(
        tx,
        actor,
        scorer.model,
        fresh.map(([, one]) => one),
        now,
      );
      return { meanwhile, own: new Map(fresh.map(([asked], at) => [asked, answers[at]!])) };
    });
    const byRef = new Map([...kept.own].flatMap(([{ ref }, answer]) => (ref === undefined ? [] : [[ref, answer]])));
    const predictions = records.map((asked) => {
      const own = kept.own.get(asked);
      return own ?? byRef.get(asked.ref ?? '') ?? kept.meanwhile.get(asked.ref ?? '')!.answer;
    });
    return { line, version, variant, sha256, predictions };
  });
}

/** Records that were not answered before, each reference once. */
function firstOf(
  records: readonly AskedRecord[],
  before: ReadonlyMap<string, Given>,
): { asked: AskedRecord; at: number }[] {
  const seen = new Set<string>();
  return records.flatMap((asked, at) => {
    if (asked.ref === undefined) return [{ asked, at }];
    if (before.has(asked.ref) || seen.has(asked.ref)) return [];
    seen.add(asked.ref);
    return [{ asked, at }];
  });
}

async function ask(
  database: Database,
  scorer: Scorer,
  open: readonly { asked: AskedRecord; at: number }[],
  reasons: number,
  now: number,
): Promise<Map<AskedRecord, Made>> {
  const { manifest } = scorer.model;
  const historyOf = siteHistories(database.db, manifest);
  const placed = [];
  for (const { asked, at } of open) {
    placed.push({ asked, at, record: await placedRecord(manifest, asked, now, historyOf) });
  }
  const outcomes = await scorer.score(
    placed.map(({ record }) => record),
    reasons,
  );
  return new Map(
    placed.map(({ asked, at, record }, i) => {
      const outcome = outcomes[i]!;
      if (!outcome.ok) throw atRecord(at, outcome.error);
      return [asked, { asked, record, scored: outcome.scored, reasons: outcome.reasons }];
    }),
  );
}

/** One reference, one question: within the call, and since it was first used. */
function requireSame(line: string, records: readonly AskedRecord[], before: ReadonlyMap<string, Given>): void {
  const first = new Map<string, string>();
  for (const [at, asked] of records.entries()) {
    if (asked.ref === undefined) continue;
    const question = questionOf(line, asked);
    const known = before.get(asked.ref)?.question ?? first.get(asked.ref) ?? question;
    if (known !== question) throw refReused(at, asked.ref);
    first.set(asked.ref, question);
  }
}
