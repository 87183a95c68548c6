import { verifyRelease, type TargetsMetadata } from '@plumbline/shared/trust';
import { record } from '../../../platform/audit/index.ts';
import { and, eq, lineDrafts, type Database, type Db } from '../../../platform/db/index.ts';
import {
  DAY_MS,
  metadataInForce,
  newestMetadata,
  remember,
  renewMetadata,
  type PublishingDeps,
} from '../../repository/index.ts';
import { draftRenewal, type DraftDeps } from './drafts.ts';
import { delegatedLines, lineInForce } from './line-in-force.ts';

const LINE_AHEAD_MS = 60 * DAY_MS;

export type RenewDeps = PublishingDeps &
  DraftDeps & { database: Database; desk: PublishingDeps['desk'] & DraftDeps['desk'] };

export interface Renewed {
  /** What the online keys signed again. */
  signed: 'nothing' | 'timestamp' | 'snapshot';
  /** What now waits for an approver. */
  drafted: { line: string; document: number }[];
}

/** One look at everything that expires. To be called every hour or so; more often does no harm. */
export async function renewRepository(deps: RenewDeps): Promise<Renewed> {
  return { drafted: await draftRenewals(deps), signed: await renewMetadata(deps) };
}

/**
 * Drafts a line again 60 days before its metadata expires, or as soon as a key that signed it is no longer delegated.
 * The draft waits for an approver like any other.
 */
async function draftRenewals(deps: RenewDeps): Promise<Renewed['drafted']> {
  return deps.database.transaction(async (tx) => {
    const drafted: Renewed['drafted'] = [];
    if ((await newestMetadata(tx, 'targets')) === undefined) return drafted;
    for (const line of await delegatedLines(tx)) {
      if (!(await isDue(tx, line, deps.now())) || (await isDrafted(tx, line))) continue;
      const document = await draftRenewal(tx, deps, line);
      if (document === undefined) continue;
      drafted.push({ line, document });
      await record(tx, {
        actor: 'system',
        action: 'models.draft-renewal',
        subject: `line:${line}`,
        details: { document },
      });
    }
    return drafted;
  });
}

async function isDue(tx: Db, line: string, now: number): Promise<boolean> {
  const inForce = await lineInForce(tx, line);
  if (inForce === undefined) return false;
  if (Date.parse(inForce.signed.expires) - now <= LINE_AHEAD_MS) return true;
  const targets = await metadataInForce(tx, 'targets');
  const key = `is release ${line} ${inForce.sha256} ${targets.sha256}`;
  return !remember(key, () => isRelease(inForce.bytes, targets.signed, line));
}

/** Whether builder and approver of the delegation in force have signed it; its age is another question. */
function isRelease(bytes: Uint8Array, targets: TargetsMetadata, line: string): boolean {
  try {
    verifyRelease(bytes, targets, line, { knownVersion: 0, now: 0 });
    return true;
  } catch {
    return false;
  }
}

async function isDrafted(tx: Db, line: string): Promise<boolean> {
  const [waiting] = await tx
    .select({ document: lineDrafts.document })
    .from(lineDrafts)
    .where(and(eq(lineDrafts.line, line), eq(lineDrafts.state, 'waiting'), eq(lineDrafts.kind, 'renewal')))
    .limit(1);
  return waiting !== undefined;
}
