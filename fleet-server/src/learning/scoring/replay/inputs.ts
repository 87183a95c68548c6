import { createHistory, foldSiteLog, knownAt, withDerived } from '@plumbline/shared/activity';
import { isCodedError } from '@plumbline/shared/errors';
import { featuresOf, type ActivityRecord } from '@plumbline/shared/manifest';
import { inputDigest } from '@plumbline/shared/predict';
import { and, eq, predictionInputs, type ReadDb } from '../../../platform/db/index.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { historySources, logOf } from '../model/site-history.ts';
import type { KeptPrediction } from './find.ts';

/** What a prediction was made from, as far as the server can know it. */
export interface FoundInputs {
  record: ActivityRecord;
  /** `server`, or the entry of the site log that holds the plan. */
  from: string;
  /** The digest of the row is that of these inputs, and nothing private is missing from either. */
  proven: boolean;
}

/** @returns why nobody here knows them: the end of a sentence */
export async function inputsOf(db: ReadDb, kept: KeptPrediction, model: ScorableModel): Promise<FoundInputs | string> {
  const hasPrivate = featuresOf(model.manifest).some((feature) => feature.private === true);
  if (kept.madeBy === 'server') {
    if (hasPrivate) return 'some of them are private and were kept nowhere';
    const [stored] = await db
      .select({ record: predictionInputs.record })
      .from(predictionInputs)
      .where(and(eq(predictionInputs.stream, kept.stream), eq(predictionInputs.seq, kept.seq)));
    if (stored === undefined) return 'the server kept none';
    const record = JSON.parse(stored.record) as ActivityRecord;
    // What was stored is shown to be what was asked by the digest in the row, which is another table.
    return { record, from: 'server', proven: digestOf(model, record) === kept.row.inputs };
  }
  if (kept.row.activity === undefined) return 'they are on the device: the row holds only their digest';
  return fromSiteLog(db, kept, kept.row.activity, model, hasPrivate);
}

/** Devices predict from the plans of their site, which head office has too: the digest tells which of them it was. */
async function fromSiteLog(
  db: ReadDb,
  { site, row }: KeptPrediction,
  activity: string,
  model: ScorableModel,
  hasPrivate: boolean,
): Promise<FoundInputs | string> {
  const log = await logOf(db, site);
  const own = log.filter((entry) => entry.activity === activity);
  const { sources, needed } = historySources(model.manifest);
  const history = needed ? createHistory(log) : undefined;
  const candidates = own.flatMap((entry) => {
    if (entry.field !== 'plan') return [];
    const plain = { activity, values: entry.value.values, asOf: row.asOf };
    const record = sources.length === 0 ? plain : withDerived(sources, plain, history);
    return [{ record, from: `site log entry ${entry.id}`, id: entry.id, at: knownAt(entry) }];
  });
  if (row.inputs !== undefined) {
    const found = candidates.find(({ record }) => digestOf(model, record) === row.inputs);
    if (found !== undefined) return { record: found.record, from: found.from, proven: !hasPrivate };
    return candidates.length === 0
      ? 'they are on the device: the row holds only their digest'
      : 'no plan of this activity has the digest of the row: the values came from the device, or its site log was another';
  }
  const inForce = foldSiteLog(own.filter((entry) => knownAt(entry) <= row.asOf)).get(activity)?.plan?.entry.id;
  const likely = candidates.find(({ id }) => id === inForce);
  if (likely === undefined) return 'they are on the device, and the row holds no digest';
  return { record: likely.record, from: `${likely.from}, in force then`, proven: false };
}

/** Values that the model does not take have no digest. */
function digestOf({ manifest }: ScorableModel, record: ActivityRecord): string | undefined {
  try {
    return inputDigest(manifest, record);
  } catch (error) {
    if (isCodedError(error)) return undefined;
    throw error;
  }
}
