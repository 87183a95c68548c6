import { derivedName, foldSiteLog, withDerived } from '@plumbline/shared/activity';
import { type ActivityRecord, type Feature } from '@plumbline/shared/manifest';
import type { Database, ReadDb } from '../../../platform/db/index.ts';
import type { ArtifactStore } from '../../../platform/ports/index.ts';
import { entriesOf } from '../../../sites/activities/index.ts';
import { loadDataset, type Example } from '../../datasets/index.ts';
import { readCsvRows } from '../files/read-csv.ts';
import { readNdjsonRows } from '../files/read-ndjson.ts';
import { readParquetRows } from '../files/read-parquet.ts';
import type { InputRow, RowSource } from '../files/input-row.ts';
import type { ScorableModel } from '../model/scorable.ts';
import { historySources, logOf, siteHistories } from '../model/site-history.ts';
import type { BatchSource } from './job.ts';

/** The rows of a job, as they are now. @throws DatasetError, ArtifactError, CsvError, ParquetError, ScoringError `columns_missing` */
export async function rowsOfSource(
  deps: { database: Database; artifacts: ArtifactStore },
  source: BatchSource,
  model: ScorableModel,
  now: number,
): Promise<RowSource> {
  if (source.kind === 'activities') {
    return { absent: [], named: true, rows: activityRows(deps.database.db, source.site, model, now) };
  }
  if (source.kind === 'dataset') {
    const { examples, features } = await loadDataset(deps, source.dataset);
    return { absent: [], named: true, rows: exampleRows(examples, features) };
  }
  const bytes = await deps.artifacts.get(source.artifact);
  const head = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart();
  const chunks = chunksOf(bytes);
  const plan = { asOfMs: now };
  if (/^PAR[1E]/.test(head)) return readParquetRows(bytes, model.manifest, plan, source.name);
  return head.startsWith('{')
    ? readNdjsonRows(chunks, model.manifest, plan)
    : readCsvRows(chunks, model.manifest, plan, source.name);
}

/** What is planned and of which nobody has recorded an outcome, as its site knows it now. */
async function* activityRows(
  db: ReadDb,
  site: string | undefined,
  { manifest }: ScorableModel,
  now: number,
): AsyncGenerator<InputRow> {
  const sites = site === undefined ? [...new Set((await entriesOf(db, 'plan')).map((one) => one.site))] : [site];
  const { sources } = historySources(manifest);
  const historyOf = siteHistories(db, manifest);
  let line = 0;
  for (const one of sites.toSorted()) {
    const states = [...foldSiteLog(await logOf(db, one)).values()];
    const history = await historyOf(one);
    for (const { activity, plan, outcome } of states) {
      if (plan?.entry.field !== 'plan' || outcome !== undefined) continue;
      const record = { activity, values: plan.entry.value.values, asOf: now };
      line += 1;
      yield {
        line,
        id: site === undefined ? `${one}/${activity}` : activity,
        record: sources.length === 0 ? record : withDerived(sources, record, history),
      };
    }
  }
}

/** As training saw them: what was derived then stands. */
async function* exampleRows(examples: readonly Example[], features: readonly Feature[]): AsyncGenerator<InputRow> {
  for (const [at, { ref, startAt, values }] of examples.entries()) {
    const record: ActivityRecord = { activity: ref, values: {}, asOf: startAt };
    for (const { name, from } of features) {
      const value = values[name] ?? null;
      if ('column' in from) record.values[from.column] = value;
      else record.derived = { ...record.derived, [derivedName(from)]: value };
    }
    yield { line: at + 1, id: ref, record };
  }
}

const CHUNK_BYTES = 1 << 16;

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += CHUNK_BYTES) yield bytes.subarray(from, from + CHUNK_BYTES);
}
