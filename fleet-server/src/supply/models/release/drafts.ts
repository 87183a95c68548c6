import type { Manifest } from '@plumbline/shared/manifest';
import { lineRole, signMetadata, type ReleaseNeeds } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import {
  and,
  desc,
  eq,
  lineDrafts,
  modelVariants,
  modelVersions,
  type Db,
  type ReadDb,
} from '../../../platform/db/index.ts';
import type { Desk } from '../../keys/index.ts';
import { ModelError } from '../errors.ts';
import { draftLine, renewLine, withoutNeeds, type LineBody } from './draft-line.ts';
import { lineInForce } from './line-in-force.ts';

export interface DraftDeps {
  desk: Pick<Desk, 'builder'>;
  now: () => number;
  /** Versions of a line that running rollouts assign or go back to: their bundles stay listed. */
  versionsInUse: (db: ReadDb, line: string) => Promise<string[]>;
}

type Draft = typeof lineDrafts.$inferInsert;

/** Leaves room for root of trust, timestamp, snapshot and delegations within 16 KB an install. */
const MAX_LINE_BYTES = 8192;

/**
 * Drafts the line metadata that would release this version on top of what is in force, signed by the builder alone.
 * @returns version of the line metadata, by which it is approved
 * @throws ModelError `metadata_too_large`
 */
export async function draftRelease(tx: Db, deps: DraftDeps, line: string, version: string): Promise<number> {
  const of = and(eq(modelVersions.line, line), eq(modelVersions.version, version));
  const [release] = await tx.select().from(modelVersions).where(of);
  if (release === undefined)
    throw new ModelError('model_unknown', `no model ${line}@${version}`, { kind: 'not-found' });
  const predecessor = (await publishedVersions(tx, line)).find((one) => one !== version);
  await tx
    .update(modelVersions)
    .set({ predecessor: predecessor ?? null })
    .where(of);
  const variants = await tx
    .select()
    .from(modelVariants)
    .where(and(eq(modelVariants.line, line), eq(modelVariants.version, version)));
  const document = await nextDocument(tx, line);
  const signed = draftLine({
    release: {
      line,
      version,
      counter: release.counter,
      variants: variants.map((one) => ({
        ...one,
        profiles: JSON.parse(one.profiles) as string[],
        needs: needsOf(one.modelBytes, JSON.parse(one.needs) as Manifest['needs']),
      })),
    },
    document,
    inForce: (await lineInForce(tx, line))?.signed,
    predecessor,
    inUse: await deps.versionsInUse(tx, line),
    now: deps.now(),
  });
  await insertDraft(tx, deps, signed, { line, document, kind: 'release', release: version });
  return document;
}

/** Operators stay in the manifest: their names are long, and every install pays for this document. */
function needsOf(modelBytes: number, { memoryMb, opsets, derivations }: Manifest['needs']): ReleaseNeeds {
  return { modelBytes, ...(memoryMb !== undefined && { memoryMb }), opsets, derivations };
}

/** Drafts what is in force once more, for longer. @returns version of the line metadata; none for a line without one */
export async function draftRenewal(tx: Db, deps: DraftDeps, line: string): Promise<number | undefined> {
  const inForce = await lineInForce(tx, line);
  if (inForce === undefined) return undefined;
  const document = await nextDocument(tx, line);
  const signed = renewLine(inForce.signed, document, deps.now());
  await insertDraft(tx, deps, signed, { line, document, kind: 'renewal', release: null });
  return document;
}

/**
 * What waits was drafted on top of what was in force, so it is a rollback now. A release that is newer than every one in
 * force is drafted again; an older one will never be a release.
 */
export async function overtakeDrafts(tx: Db, deps: DraftDeps, actor: string, line: string): Promise<void> {
  const waiting = await tx
    .update(lineDrafts)
    .set({ state: 'overtaken' })
    .where(and(eq(lineDrafts.line, line), eq(lineDrafts.state, 'waiting')))
    .returning({ release: lineDrafts.release, kind: lineDrafts.kind });
  const counters = await tx
    .select({ version: modelVersions.version, counter: modelVersions.counter, state: modelVersions.state })
    .from(modelVersions)
    .where(eq(modelVersions.line, line));
  const newest = Math.max(0, ...counters.flatMap((one) => (one.state === 'published' ? [one.counter] : [])));
  for (const { version, counter } of counters.toSorted((a, b) => a.counter - b.counter)) {
    if (!waiting.some((one) => one.release === version)) continue;
    if (counter > newest) {
      await draftRelease(tx, deps, line, version);
      continue;
    }
    await tx
      .update(modelVersions)
      .set({ state: 'refused' })
      .where(and(eq(modelVersions.line, line), eq(modelVersions.version, version)));
    await record(tx, { actor, action: 'models.overtaken', subject: `model:${line}@${version}`, details: { newest } });
  }
}

/** Versions that are releases and were not withdrawn, newest first. */
async function publishedVersions(tx: Db, line: string): Promise<string[]> {
  const rows = await tx
    .select({ version: modelVersions.version })
    .from(modelVersions)
    .where(and(eq(modelVersions.line, line), eq(modelVersions.state, 'published')))
    .orderBy(desc(modelVersions.counter));
  return rows.map(({ version }) => version);
}

/** Never a number that was used, also not by a draft that came to nothing: somebody may hold a signature for it. */
async function nextDocument(tx: Db, line: string): Promise<number> {
  const [newest] = await tx
    .select({ document: lineDrafts.document })
    .from(lineDrafts)
    .where(eq(lineDrafts.line, line))
    .orderBy(desc(lineDrafts.document))
    .limit(1);
  return Math.max(newest?.document ?? 0, (await lineInForce(tx, line))?.version ?? 0) + 1;
}

async function insertDraft(
  tx: Db,
  deps: DraftDeps,
  signed: LineBody,
  draft: Pick<Draft, 'line' | 'document' | 'kind' | 'release'>,
): Promise<void> {
  const whole = await signMetadata(signed, [deps.desk.builder]);
  // Needs are a courtesy: a release does not fail for them.
  const isLarge = whole.length > MAX_LINE_BYTES;
  const bytes = isLarge ? await signMetadata(withoutNeeds(signed), [deps.desk.builder]) : whole;
  if (bytes.length > MAX_LINE_BYTES) {
    throw new ModelError('metadata_too_large', `${lineRole(draft.line)}: ${bytes.length} bytes`, {
      kind: 'too-large',
      field: 'variants',
      expected: `≤ ${MAX_LINE_BYTES} bytes: fewer variants or shorter profile lists`,
    });
  }
  await tx.insert(lineDrafts).values({ ...draft, state: 'waiting', bytes: Buffer.from(bytes), createdAt: deps.now() });
}
