import {
  canonicalJson,
  lineRole,
  MAX_LINE_BYTES,
  TrustError,
  verifyRelease,
  type ImageTrust,
  type LineMetadata,
  type MetadataSource,
} from '@plumbline/shared/trust';
import { readDraft } from './draft.ts';
import { ApproverError } from '../policy.ts';

/** What is renewed: the same bundles for longer. */
export interface RenewalExamination {
  kind: 'renewal';
  line: string;
  /** How many targets it lists, all as in force. */
  targets: number;
  expires: string;
}

/**
 * Examines a renewal: a draft under the next version that lists exactly what is in force. What is in force is fetched by
 * the hash in the snapshot, was signed by builder and approver, and is no older than what this approver has signed.
 * @throws ApproverError `targets_changed`; TrustError
 */
export async function examineRenewal(
  deps: { source: MetadataSource; trust: ImageTrust; knownVersion: number },
  draft: { line: string; bytes: Uint8Array },
): Promise<RenewalExamination> {
  const { line } = draft;
  const targets = deps.trust.targets?.signed;
  if (targets === undefined) throw new TrustError('role_missing', 'targets: not known', 'targets');
  const renewed = readDraft(draft.bytes, line, targets);
  // An expired line is what a renewal is for; every other rule of a release holds.
  const rules = { knownVersion: deps.knownVersion, now: 0 };
  const inForce = verifyRelease(await fetchLine(deps, line), targets, line, rules);
  const difference = differenceOf(renewed, inForce);
  if (difference !== undefined) {
    throw new ApproverError('targets_changed', `line ${line}: the renewal changes ${difference}`, {
      kind: 'refused',
      field: difference,
      expected: 'what is in force, under the next version, with another expiry and nothing else',
    });
  }
  return { kind: 'renewal', line, targets: Object.keys(inForce.targets).length, expires: renewed.expires };
}

async function fetchLine(
  { source, trust }: { source: MetadataSource; trust: ImageTrust },
  line: string,
): Promise<Uint8Array> {
  const role = lineRole(line);
  const meta = trust.snapshot?.signed.meta[`${role}.json`];
  if (meta === undefined) throw new TrustError('role_missing', `${role}: not in the snapshot`, `snapshot.meta.${role}`);
  const maxBytes = Math.min(meta.length ?? MAX_LINE_BYTES, MAX_LINE_BYTES);
  const bytes = await source.fetch({ role, version: meta.version, maxBytes });
  if (bytes !== undefined) return bytes;
  throw new TrustError('role_missing', `${role}: version ${meta.version} cannot be fetched`, role);
}

/** Name of what differs; version and expiry are what a renewal is about. */
function differenceOf(renewed: LineMetadata, inForce: LineMetadata): string | undefined {
  if (renewed.version <= inForce.version) return 'version';
  if (Date.parse(renewed.expires) <= Date.parse(inForce.expires)) return 'expires';
  return canonicalJson(renewed.targets) === canonicalJson(inForce.targets) ? undefined : 'targets';
}
