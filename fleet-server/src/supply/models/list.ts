import { and, asc, desc, eq, like } from 'drizzle-orm';
import { lineDocuments, modelVariants, modelVersions, type ReadDb } from '../../platform/db/index.ts';
import type { Manifest } from '@plumbline/shared/manifest';
import { payload, type Payload } from '@plumbline/shared/trust';
import { z } from 'zod';
import { ModelError } from './errors.ts';

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
  variants: VariantSummary[];
}

/** All versions, newest first within their line. */
export async function listModels(db: ReadDb, line?: string): Promise<VersionSummary[]> {
  const versions = await db
    .select()
    .from(modelVersions)
    .where(line === undefined ? undefined : eq(modelVersions.line, line))
    .orderBy(asc(modelVersions.line), desc(modelVersions.counter));
  const summaries: VersionSummary[] = [];
  for (const { subject: _subject, card, ...rest } of versions) {
    summaries.push({
      ...rest,
      card: JSON.parse(card) as Record<string, unknown>,
      variants: await variantsOf(db, rest.line, rest.version),
    });
  }
  return summaries;
}

/** @throws ModelError `model_unknown` */
export async function getModel(db: ReadDb, line: string, version: string): Promise<VersionSummary> {
  const found = (await listModels(db, line)).find((one) => one.version === version);
  if (found !== undefined) return found;
  throw new ModelError('model_unknown', `no model ${line}@${version}`, { kind: 'not-found', field: 'model' });
}

async function variantsOf(db: ReadDb, line: string, version: string): Promise<VariantSummary[]> {
  const rows = await db
    .select()
    .from(modelVariants)
    .where(and(eq(modelVariants.line, line), eq(modelVariants.version, version)));
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

/** The line document in force, exact bytes; drafts are asked for by number. */
export async function lineDocumentBytes(db: ReadDb, line: string, draft?: number): Promise<Uint8Array | undefined> {
  const [row] = await db
    .select()
    .from(lineDocuments)
    .where(
      draft === undefined
        ? and(eq(lineDocuments.line, line), eq(lineDocuments.state, 'published'))
        : and(eq(lineDocuments.line, line), eq(lineDocuments.version, draft)),
    )
    .orderBy(desc(lineDocuments.version))
    .limit(1);
  return row && new Uint8Array(row.bytes);
}

export interface PendingApproval {
  line: string;
  version: string;
  document: number;
  createdAt: number;
}

/** Drafts whose version still waits for its second signature, oldest first. */
export async function pendingApprovals(db: ReadDb): Promise<PendingApproval[]> {
  return db
    .select({
      line: lineDocuments.line,
      version: lineDocuments.release,
      document: lineDocuments.version,
      createdAt: lineDocuments.createdAt,
    })
    .from(lineDocuments)
    .innerJoin(
      modelVersions,
      and(eq(modelVersions.line, lineDocuments.line), eq(modelVersions.version, lineDocuments.release)),
    )
    .where(and(eq(lineDocuments.state, 'draft'), eq(modelVersions.state, 'awaiting-approval')))
    .orderBy(asc(lineDocuments.createdAt));
}

/** True for a hash under which a bundle of some version travels: all that devices may ask for. */
export async function isReleasedPayload(db: ReadDb, sha256: string): Promise<boolean> {
  const [row] = await db
    .select({ line: modelVariants.line })
    .from(modelVariants)
    .where(like(modelVariants.payloads, `%"${sha256}"%`))
    .limit(1);
  return row !== undefined;
}
