import {
  fromBase64,
  keyId,
  lineKeys,
  lineRole,
  TrustError,
  verifyRelease,
  type ImageTrust,
  type LineMetadata,
  type TargetsMetadata,
} from '@plumbline/shared/trust';
import { answered, api } from '../api/client.ts';
import { refreshBrowserTrust, source, type BrowserTrust } from './browser-trust.ts';
import { examineBundle, type ExaminedBundle } from './examine-bundle.ts';
import { readDraft, type DraftReading } from './read-draft.ts';

/** A draft that was looked at: what it says, and why it must not be signed. */
export interface Examination {
  bytes: Uint8Array;
  reading: DraftReading;
  bundles: ExaminedBundle[];
  submittedBy: string | null;
  firstRootSha256: string;
  targets: TargetsMetadata;
  /** Newest version of the line's metadata in force, or signed here. */
  known: number;
  /** Ids of the keys that approve this line. */
  approvers: readonly string[];
}

const MAX_LINE_BYTES = 16_384;

/**
 * Fetches one draft and makes out what it is, from its bytes, the bundles it names and this browser's own trust.
 * @throws ApiProblem, TrustError, ManifestError: why nobody should sign it
 */
export async function examineDraft(line: string, document: string): Promise<Examination> {
  const { bytes: text, submittedBy } = await answered(
    api.GET('/api/v1/approvals/{line}/{document}', { params: { path: { line, document } } }),
  );
  const bytes = fromBase64(text);
  const own = await refreshBrowserTrust();
  const targets = targetsOf(own.trust);
  const inForce = await lineInForce(own, targets, line);
  const known = Math.max(inForce?.version ?? 0, own.signedVersion(line));
  const reading = readDraft(bytes, line, { targets, inForce, known, now: Date.now() });
  const bundles: ExaminedBundle[] = [];
  // One after the other: they may be large, and nothing is signed before the last one was seen.
  for (const listed of [...reading.released, ...reading.ticket]) {
    bundles.push(await examineBundle(line, listed, targets));
  }
  const approvers = lineKeys(targets, line, 'approvers').map(keyId);
  return { bytes, reading, bundles, submittedBy, firstRootSha256: own.firstRootSha256, targets, known, approvers };
}

/** For which lines a key approves, by targets that this browser has verified. @throws TrustError, ApiProblem */
export async function linesOf(key: string): Promise<{ line: string; approves: boolean }[]> {
  const { trust } = await refreshBrowserTrust();
  const targets = targetsOf(trust);
  return (targets.delegations?.roles ?? [])
    .map(({ name }) => name)
    .filter((name) => name.startsWith(lineRole('')))
    .map((name) => name.slice(lineRole('').length))
    .map((line) => ({ line, approves: lineKeys(targets, line, 'approvers').some((one) => keyId(one) === key) }));
}

function targetsOf(trust: ImageTrust): TargetsMetadata {
  if (trust.targets !== undefined) return trust.targets.signed;
  throw new TrustError('role_missing', 'targets: not known', 'targets');
}

/** By the version in the verified snapshot, and by its own signatures; expired is in force still, for whoever compares. */
async function lineInForce(
  { trust }: BrowserTrust,
  targets: TargetsMetadata,
  line: string,
): Promise<LineMetadata | undefined> {
  const role = lineRole(line);
  const version = trust.snapshot?.signed.meta[`${role}.json`]?.version;
  if (version === undefined) return undefined;
  const bytes = await source.fetch({ role, version, maxBytes: MAX_LINE_BYTES });
  if (bytes === undefined) throw new TrustError('role_missing', `${role}: version ${version} cannot be fetched`, role);
  return verifyRelease(bytes, targets, line, { knownVersion: version, now: 0 });
}
