import { and, eq, max } from 'drizzle-orm';
import { equalBytes, canonicalBytes, openEnvelope, verifyLine, type RootDocument } from '@plumbline/shared/trust';
import { record } from '../../platform/audit/index.ts';
import { lineDocuments, modelVersions, type Database } from '../../platform/db/index.ts';
import { emit } from '../../platform/outbox/index.ts';
import { ModelError } from './errors.ts';

/**
 * Takes in the line document with the approver's signature added. It must say exactly what the draft said, and it is
 * verified the way a device will verify it; then the version is a release.
 * @throws ModelError `model_not_awaiting_approval`, `approval_differs`; TrustError for signatures.
 */
export async function approveModel(
  deps: { database: Database; root: RootDocument; now: () => number },
  actor: string,
  approval: { line: string; document: number; bytes: Uint8Array },
): Promise<{ line: string; version: string; counter: number }> {
  const { line, document, bytes } = approval;
  return deps.database.transaction(async (tx) => {
    const [draft] = await tx
      .select()
      .from(lineDocuments)
      .where(and(eq(lineDocuments.line, line), eq(lineDocuments.version, document), eq(lineDocuments.state, 'draft')));
    if (draft === undefined) {
      throw new ModelError('model_not_awaiting_approval', `line ${line}: no draft ${document}`, {
        kind: 'conflict',
        field: 'document',
      });
    }
    const said = canonicalBytes(openEnvelope(bytes, 'approval').signed);
    if (!equalBytes(said, canonicalBytes(openEnvelope(draft.bytes, 'draft').signed))) {
      throw new ModelError('approval_differs', `line ${line}: the approval is not of draft ${document}`, {
        kind: 'refused',
        field: 'bytes',
      });
    }
    const [inForce] = await tx
      .select({ version: max(lineDocuments.version) })
      .from(lineDocuments)
      .where(and(eq(lineDocuments.line, line), eq(lineDocuments.state, 'published')));
    // A draft that a newer document overtook is a rollback to every device: it must not become a release.
    verifyLine(bytes, deps.root, { line, knownVersion: inForce?.version ?? 0, now: deps.now() });
    const key = and(eq(modelVersions.line, line), eq(modelVersions.version, draft.release));
    const [version] = await tx
      .update(modelVersions)
      .set({ state: 'published', publishedAt: deps.now() })
      .where(and(key, eq(modelVersions.state, 'awaiting-approval')))
      .returning({ counter: modelVersions.counter });
    if (version === undefined) {
      throw new ModelError('model_not_awaiting_approval', `${line}@${draft.release}: not awaiting approval`, {
        kind: 'conflict',
        field: 'version',
      });
    }
    await tx
      .update(lineDocuments)
      .set({ state: 'published', bytes: Buffer.from(bytes) })
      .where(and(eq(lineDocuments.line, line), eq(lineDocuments.version, document)));
    const release = { line, version: draft.release, counter: version.counter };
    await record(tx, {
      actor,
      action: 'models.approve',
      subject: `model:${line}@${draft.release}`,
      details: { document },
    });
    await emit(tx, { type: 'model.published', model: line, version: draft.release, releaseCounter: version.counter });
    return release;
  });
}
