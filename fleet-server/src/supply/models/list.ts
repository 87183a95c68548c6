import {
  and,
  asc,
  cursorOf,
  desc,
  eq,
  gt,
  lt,
  modelVariants,
  modelVersions,
  or,
  pageOfRows,
  preparedRead,
  readCursor,
  sql,
  type ReadDb,
} from '../../platform/db/index.ts';
import type { Manifest } from '@plumbline/shared/manifest';
import { payload, type Payload } from '@plumbline/shared/trust';
import { z } from 'zod';
import { ModelError } from './errors.ts';
import { deprecationsOf, type Deprecation } from './registry/deprecations.ts';

export interface VariantSummary {
  variant: string;
  recipe: string;
  archive: string;
  archiveBytes: number;
  model: string;
  modelBytes: number;
  needs: Manifest['needs'];
  profiles: string[];
  payloads: Payload[];
}

export const VERSION_STATES = modelVersions.state.enumValues;
export type VersionState = (typeof VERSION_STATES)[number];

export interface VersionSummary {
  line: string;
  version: string;
  counter: number;
  state: string;
  algorithm: string;
  predecessor: string | null;
  createdAt: number;
  publishedAt: number | null;
  card: Record<string, unknown>;
  /** Present: nothing new begins with it. */
  deprecation?: Deprecation;
  variants: VariantSummary[];
}

/** All versions, newest first within their line; or those of one line, or one of them. */
export async function listModels(db: ReadDb, line?: string, version?: string): Promise<VersionSummary[]> {
  const versions = await db
    .select()
    .from(modelVersions)
    .where(
      and(
        line === undefined ? undefined : eq(modelVersions.line, line),
        version === undefined ? undefined : eq(modelVersions.version, version),
      ),
    )
    .orderBy(asc(modelVersions.line), desc(modelVersions.counter));
  return summarize(db, versions, line);
}

/** What is left out excludes nothing. */
export interface VersionFilter {
  line?: string | undefined;
  state?: VersionState | undefined;
}

/** A page of versions, by line and the newest first within it. @throws CursorError `cursor_malformed` */
export async function modelPage(
  db: ReadDb,
  { line, state }: VersionFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<{ models: VersionSummary[]; next: string | null }> {
  const after = cursor === undefined ? undefined : readCursor(cursor);
  const { line: of, counter } = modelVersions;
  const rows = await db
    .select()
    .from(modelVersions)
    .where(
      and(
        line === undefined ? undefined : eq(of, line),
        state === undefined ? undefined : eq(modelVersions.state, state),
        after && or(gt(of, after.id), and(eq(of, after.id), lt(counter, after.at))),
      ),
    )
    .orderBy(asc(of), desc(counter))
    .limit(limit + 1);
  const { page, next } = pageOfRows(rows, limit, (last) => cursorOf(last.counter, last.line));
  return { models: await summarize(db, page, line), next };
}

async function summarize(
  db: ReadDb,
  versions: readonly (typeof modelVersions.$inferSelect)[],
  line: string | undefined,
): Promise<VersionSummary[]> {
  const deprecations = await deprecationsOf(db, line);
  const summaries: VersionSummary[] = [];
  for (const { subject: _subject, card, ...rest } of versions) {
    const deprecation = deprecations.get(`${rest.line}@${rest.version}`);
    summaries.push({
      ...rest,
      ...(deprecation === undefined ? {} : { deprecation }),
      card: JSON.parse(card) as Record<string, unknown>,
      variants: await variantsOf(db, rest.line, rest.version),
    });
  }
  return summaries;
}

/** @throws ModelError `model_unknown` */
export async function getModel(db: ReadDb, line: string, version: string): Promise<VersionSummary> {
  const [found] = await listModels(db, line, version);
  if (found !== undefined) return found;
  throw new ModelError('model_unknown', `no model ${line}@${version}`, { kind: 'not-found', field: 'model' });
}

const variantRows = preparedRead<{ line: string; version: string }, typeof modelVariants.$inferSelect>((db) => {
  const { line, version } = modelVariants;
  const isOfVersion = and(eq(line, sql.placeholder('line')), eq(version, sql.placeholder('version')));
  return db.select().from(modelVariants).where(isOfVersion);
});

async function variantsOf(db: ReadDb, line: string, version: string): Promise<VariantSummary[]> {
  const rows = await variantRows(db, { line, version });
  const variants = rows.map(({ line: _line, version: _version, ...row }) => ({
    ...row,
    needs: JSON.parse(row.needs) as VariantSummary['needs'],
    profiles: z.array(z.string()).parse(JSON.parse(row.profiles)),
    payloads: z.array(payload).parse(JSON.parse(row.payloads)),
  }));
  // Rows come in the order of their key; devices take the first variant that fits, so the smallest stands first.
  return variants.toSorted((a, b) => wireBytes(a) - wireBytes(b) || a.archiveBytes - b.archiveBytes);
}

function wireBytes({ payloads }: Pick<VariantSummary, 'payloads'>): number {
  return Math.min(...payloads.map((one) => one.length));
}
