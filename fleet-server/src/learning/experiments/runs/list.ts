import { and, desc, eq, isNull, lt, or, runs, type ReadDb } from '../../../platform/db/index.ts';
import { ExperimentError } from '../errors.ts';
import { readRun, type Run, type RunKind, type RunState } from './run.ts';

export interface RunQuery {
  experiment?: string | undefined;
  kind?: RunKind | undefined;
  state?: RunState | undefined;
  datasetVersion?: string | undefined;
  line?: string | undefined;
  version?: string | undefined;
  parent?: string | undefined;
  /** Those that were put away too. */
  archived?: boolean | undefined;
  /** `next` of the page before. */
  cursor?: string | undefined;
  /** Runs a page, 1 to 500; 50 when not given. */
  limit?: number | undefined;
}

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

/** A page of runs, the newest first. @throws ExperimentError `runs_cursor` */
export async function listRuns(db: ReadDb, query: RunQuery = {}): Promise<{ runs: Run[]; next?: string }> {
  const limit = Math.min(Math.max(1, query.limit ?? DEFAULT_LIMIT), MAX_LIMIT);
  const { experiment, kind, state, datasetVersion, line, version, parent } = query;
  const found = await db
    .select()
    .from(runs)
    .where(
      and(
        experiment === undefined ? undefined : eq(runs.experiment, experiment),
        kind === undefined ? undefined : eq(runs.kind, kind),
        state === undefined ? undefined : eq(runs.state, state),
        datasetVersion === undefined ? undefined : eq(runs.datasetVersion, datasetVersion),
        line === undefined ? undefined : eq(runs.line, line),
        version === undefined ? undefined : eq(runs.version, version),
        parent === undefined ? undefined : eq(runs.parent, parent),
        query.archived === true ? undefined : isNull(runs.archivedAt),
        query.cursor === undefined ? undefined : after(query.cursor),
      ),
    )
    .orderBy(desc(runs.startedAt), desc(runs.id))
    .limit(limit + 1);
  const page = found.slice(0, limit).map(readRun);
  const last = page.at(-1);
  return found.length > limit && last !== undefined
    ? { runs: page, next: `${last.startedAt}_${last.id}` }
    : { runs: page };
}

function after(cursor: string) {
  const [, at, id] = /^(\d{1,15})_(run-[0-9a-f]+)$/.exec(cursor) ?? [];
  if (at !== undefined && id !== undefined) {
    return or(lt(runs.startedAt, Number(at)), and(eq(runs.startedAt, Number(at)), lt(runs.id, id)));
  }
  throw new ExperimentError('runs_cursor', 'The cursor is not one this list gave out.', {
    field: 'cursor',
    expected: 'the `next` of a page',
  });
}
