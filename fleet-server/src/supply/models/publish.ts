import { desc, eq } from 'drizzle-orm';
import { nextVersion, type VersionSubject } from '@plumbline/shared/manifest';
import { signDocument, type LineDocument } from '@plumbline/shared/trust';
import { record } from '../../platform/audit/index.ts';
import { lineDocuments, modelVariants, modelVersions, type Database, type Db } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import type { ServerKeys } from '../keys/index.ts';
import { draftLine } from './draft-line.ts';
import type { OptimizedModel } from './optimize.ts';
import { sealVariants, type SealedVariant } from './seal.ts';

export interface PublishDeps {
  database: Database;
  artifacts: ArtifactStore;
  keys: ServerKeys;
  now: () => number;
}

export interface AwaitingRelease {
  line: string;
  version: string;
  counter: number;
  variants: SealedVariant[];
  /** Version of the line document the approver is asked to sign. */
  document: number;
}

/**
 * Seals a model under the version the rule table gives it, and drafts the line document that would make it a release.
 * The draft carries the builder's signature; nothing is a release until an approver signs too.
 */
export async function submitForApproval(
  deps: PublishDeps,
  actor: string,
  optimized: OptimizedModel,
  options: { profiles?: string[] } = {},
): Promise<AwaitingRelease> {
  const { accepted } = optimized;
  const subject: VersionSubject = { algorithm: accepted.algorithm, inputs: accepted.inputs, output: accepted.output };
  return deps.database.transaction(async (tx) => {
    const history = await versionsOf(tx, accepted.line);
    const newest = history[0];
    const before = newest && { version: newest.version, subject: JSON.parse(newest.subject) as VersionSubject };
    const version = nextVersion(before, subject);
    // The return ticket of the newest version took the counter after it.
    const counter = newest === undefined ? 1 : newest.counter + 2;
    const predecessor = history.find((one) => one.state === 'published');
    const variants = await sealVariants({ artifacts: deps.artifacts, builder: deps.keys.builder }, optimized, version);
    await tx.insert(modelVersions).values({
      line: accepted.line,
      version,
      counter,
      state: 'awaiting-approval',
      algorithm: accepted.algorithm,
      predecessor: predecessor?.version ?? null,
      subject: JSON.stringify(subject),
      card: JSON.stringify({ ...accepted.card, trials: optimized.trials }),
      createdAt: deps.now(),
      publishedAt: null,
    });
    await tx.insert(modelVariants).values(variants.map((one) => rowOf(accepted.line, version, one, options.profiles)));
    const document = await insertDraft(tx, deps, { line: accepted.line, version, counter, variants, ...options });
    await record(tx, {
      actor,
      action: 'models.submit',
      subject: `model:${accepted.line}@${version}`,
      details: { counter, archives: variants.map((one) => one.archive), document },
    });
    return { line: accepted.line, version, counter, variants, document };
  });
}

async function insertDraft(
  tx: Db,
  deps: PublishDeps,
  release: { line: string; version: string; counter: number; variants: SealedVariant[]; profiles?: string[] },
): Promise<number> {
  const documents = await tx
    .select()
    .from(lineDocuments)
    .where(eq(lineDocuments.line, release.line))
    .orderBy(desc(lineDocuments.version));
  const inForce = documents.find((one) => one.state === 'published');
  const version = (documents[0]?.version ?? 0) + 1;
  const predecessors = (await versionsOf(tx, release.line)).filter((one) => one.state === 'published');
  const draft: LineDocument = draftLine({
    release,
    documentVersion: version,
    inForce: inForce?.bytes,
    predecessor: predecessors[0]?.version,
    now: deps.now(),
  });
  await tx.insert(lineDocuments).values({
    line: release.line,
    version,
    release: release.version,
    state: 'draft',
    bytes: Buffer.from(signDocument({ ...draft }, [deps.keys.builder])),
    createdAt: deps.now(),
  });
  return version;
}

/** Newest first, by release counter. */
export async function versionsOf(tx: Pick<Db, 'select'>, line: string) {
  return tx.select().from(modelVersions).where(eq(modelVersions.line, line)).orderBy(desc(modelVersions.counter));
}

function rowOf(line: string, version: string, one: SealedVariant, profiles: string[] = []) {
  const { needs, payloads, ...rest } = one;
  return {
    line,
    version,
    ...rest,
    needs: JSON.stringify(needs),
    profiles: JSON.stringify(profiles),
    payloads: JSON.stringify(payloads),
  };
}
