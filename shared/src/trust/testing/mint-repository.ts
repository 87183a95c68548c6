import { signMetadata } from '../image/metadata.ts';
import type { MetadataSource } from '../image/refresh.ts';
import type { Signer } from '../signing/signer.ts';
import { metaOf, rootDraft, snapshotDraft, targetsDraft, timestampDraft, type Draft } from './mint-documents.ts';
import { KEYS } from './mint-signers.ts';

/** A repository in memory that follows the rules, unless a test writes into `documents` what does not. */
export interface MintedRepository {
  /** `timestamp`, and `N.role` of everything else. */
  documents: Map<string, Uint8Array>;
  source: MetadataSource;
  /** Names in the order they were asked for. */
  asked: string[];
  /** Publishes new targets and delegated roles under a new snapshot and timestamp; what is not given stays. */
  publish(change?: Publication): Promise<void>;
  addRoot(version: number, draft: Draft, signers: readonly Signer[]): Promise<Uint8Array>;
}

export interface Publication {
  targets?: Draft;
  delegated?: Record<string, { draft: Draft; signers: readonly Signer[] }>;
  snapshot?: Draft;
  timestamp?: Draft;
  signers?: Partial<Record<'targets' | 'snapshot' | 'timestamp', readonly Signer[]>>;
}

/** Begins with root 1 and one publication, all versions 1. */
export async function mintRepository(change: Publication = {}): Promise<MintedRepository & { root: Uint8Array }> {
  const documents = new Map<string, Uint8Array>();
  const asked: string[] = [];
  const files: Record<string, ReturnType<typeof metaOf>> = {};
  let turn = 0;

  const put = async (role: string, draft: Draft, signers: readonly Signer[]) => {
    const bytes = await signMetadata(draft, signers);
    const version = Number(draft['version']);
    documents.set(role === 'timestamp' ? role : `${version}.${role}`, bytes);
    return metaOf(version, bytes);
  };
  const publish = async ({ targets, delegated = {}, snapshot, timestamp, signers = {} }: Publication = {}) => {
    turn += 1;
    for (const [role, one] of Object.entries(delegated))
      files[`${role}.json`] = await put(role, one.draft, one.signers);
    if (targets !== undefined || turn === 1) {
      files['targets.json'] = await put('targets', targets ?? targetsDraft(1), signers.targets ?? [KEYS.targets]);
    }
    const shot = snapshotDraft(turn, { ...files }, snapshot);
    const named = await put('snapshot', shot, signers.snapshot ?? [KEYS.snapshot]);
    await put('timestamp', timestampDraft(turn, named, timestamp), signers.timestamp ?? [KEYS.timestamp]);
  };
  const addRoot = async (version: number, draft: Draft, signers: readonly Signer[]) => {
    const bytes = await signMetadata(draft, signers);
    documents.set(`${version}.root`, bytes);
    return bytes;
  };
  const source: MetadataSource = {
    async fetch({ role, version }) {
      const name = role === 'timestamp' ? role : `${version}.${role}`;
      asked.push(name);
      return documents.get(name);
    },
  };
  const root = await addRoot(1, rootDraft(1), [KEYS.root]);
  await publish(change);
  return { documents, source, asked, publish, addRoot, root };
}
