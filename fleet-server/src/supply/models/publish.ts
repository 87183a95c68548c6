import { utf8 } from '@plumbline/shared/trust';
import { nextVersion, type VersionSubject } from '@plumbline/shared/manifest';
import { record } from '../../platform/audit/index.ts';
import { desc, eq, modelVariants, modelVersions, type Database, type Db } from '../../platform/db/index.ts';
import type { ArtifactStore } from '../../platform/ports/index.ts';
import type { OptimizedModel } from './optimize/index.ts';
import { recordPayloads } from './payloads.ts';
import { draftRelease, type DraftDeps } from './release/drafts.ts';
import { refuseUndelegated } from './release/line-in-force.ts';
import { sealVariants, type SealedVariant } from './seal.ts';

export interface PublishDeps extends DraftDeps {
  database: Database;
  artifacts: ArtifactStore;
}

export interface AwaitingRelease {
  line: string;
  version: string;
  counter: number;
  variants: SealedVariant[];
  /** Version of the line metadata that the approver is asked to sign. */
  document: number;
}

/**
 * Seals a model under the version the rule table gives it, and drafts the line metadata that would make it a release.
 * The draft carries the builder's signature; nothing is a release until an approver signs too.
 * @throws ModelError `line_not_delegated`, `metadata_too_large`
 */
export async function submitForApproval(
  deps: PublishDeps,
  actor: string,
  optimized: OptimizedModel,
): Promise<AwaitingRelease> {
  const { accepted } = optimized;
  const subject: VersionSubject = { algorithm: accepted.algorithm, inputs: accepted.inputs, output: accepted.output };
  return deps.database.transaction(async (tx) => {
    await refuseUndelegated(tx, accepted.line);
    const history = await versionsOf(tx, accepted.line);
    const newest = history[0];
    const before = newest && { version: newest.version, subject: JSON.parse(newest.subject) as VersionSubject };
    const version = nextVersion(before, subject);
    // The return ticket of the newest version took the counter after it.
    const counter = newest === undefined ? 1 : newest.counter + 2;
    const variants = await sealVariants({ artifacts: deps.artifacts, builder: deps.desk.builder }, optimized, version);
    const kept = await keepBeside(deps.artifacts, optimized);
    await tx.insert(modelVersions).values({
      line: accepted.line,
      version,
      counter,
      state: 'awaiting-approval',
      algorithm: accepted.algorithm,
      predecessor: null,
      subject: JSON.stringify(subject),
      card: JSON.stringify({ ...accepted.card, trials: optimized.trials, declined: optimized.declined, ...kept }),
      createdAt: deps.now(),
      publishedAt: null,
    });
    await tx.insert(modelVariants).values(variants.map((one) => rowOf(accepted.line, version, one)));
    await recordPayloads(tx, accepted.line, version, variants);
    const document = await draftRelease(tx, deps, accepted.line, version);
    await record(tx, {
      actor,
      action: 'models.submit',
      subject: `model:${accepted.line}@${version}`,
      details: { counter, archives: variants.map((one) => one.archive), document },
    });
    return { line: accepted.line, version, counter, variants, document };
  });
}

/** What lies beside the bundles: the model as it came, from which others can be made, and what was measured. */
async function keepBeside(artifacts: ArtifactStore, { accepted, measured }: OptimizedModel) {
  return {
    source: await artifacts.put(accepted.bytes),
    measured: await artifacts.put(utf8(JSON.stringify(measured))),
  };
}

/** Newest first, by release counter. */
export async function versionsOf(tx: Pick<Db, 'select'>, line: string) {
  return tx.select().from(modelVersions).where(eq(modelVersions.line, line)).orderBy(desc(modelVersions.counter));
}

function rowOf(line: string, version: string, one: SealedVariant) {
  const { needs, profiles, payloads, ...rest } = one;
  return {
    line,
    version,
    ...rest,
    needs: JSON.stringify(needs),
    profiles: JSON.stringify(profiles),
    payloads: JSON.stringify(payloads),
  };
}
