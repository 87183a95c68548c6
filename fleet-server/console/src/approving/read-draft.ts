import { newestFirst } from '@plumbline/shared/manifest';
import {
  canonicalJson,
  lineKeys,
  lineRole,
  readLine,
  signersOf,
  TrustError,
  type LineMetadata,
  type ReleaseTarget,
  type TargetsMetadata,
} from '@plumbline/shared/trust';

/** One bundle as the bytes of a draft list it. */
export interface ListedBundle {
  path: string;
  version: string;
  counter: number;
  variant: string;
  sha256: string;
  sizeBytes: number;
  profiles: readonly string[];
}

/** What a draft says and changes, read from its own bytes. */
export interface DraftReading {
  kind: 'release' | 'renewal';
  line: string;
  document: number;
  expires: string;
  /** Newest of the versions it lists; undefined where it lists none. */
  version: string | undefined;
  /** Bundles of that version, which it adds. */
  released: ListedBundle[];
  /** The version before, once more under a higher counter: the way back without a key. */
  ticket: ListedBundle[];
  /** What it keeps as it is in force. */
  kept: ListedBundle[];
  /** What devices may install today and may not any more. */
  dropped: ListedBundle[];
}

/**
 * Reads a draft against what is in force. Nothing beside the bytes is believed.
 * @param known newest version of this line's metadata that was seen in force or signed here
 * @throws TrustError `key_unknown`, `rollback`, `stale`, `document_malformed`, `bad_path`
 */
export function readDraft(
  bytes: Uint8Array,
  line: string,
  against: { targets: TargetsMetadata; inForce: LineMetadata | undefined; known: number; now: number },
): DraftReading {
  const role = lineRole(line);
  if (signersOf(bytes, role, lineKeys(against.targets, line, 'builders')).size === 0) {
    throw new TrustError('key_unknown', `${role}: no builder of this line has signed the draft`, `${role}.signatures`);
  }
  const draft = readLine(bytes, line);
  if (draft.version <= against.known) {
    const said = `${role}: version ${draft.version} after ${against.known}`;
    throw new TrustError('rollback', said, `${role}.version`, `more than ${against.known}`);
  }
  if (!(Date.parse(draft.expires) > against.now)) {
    throw new TrustError('stale', `${role}: expired ${draft.expires}`, `${role}.expires`, 'a time to come');
  }
  const before = against.inForce?.targets ?? {};
  const same = (path: string) => canonicalJson(before[path] ?? null) === canonicalJson(draft.targets[path] ?? null);
  const [listed, added] = [Object.entries(draft.targets), Object.keys(draft.targets).filter((path) => !same(path))];
  const dropped = Object.entries(before).filter(([path]) => !Object.hasOwn(draft.targets, path));
  const [version] = newestFirst([...new Set(listed.map(([, target]) => target.custom.version))]);
  const pick = (which: (path: string, target: ReleaseTarget) => boolean) =>
    listed.filter(([path, target]) => which(path, target)).map(bundleOf);
  return {
    kind: added.length === 0 && dropped.length === 0 ? 'renewal' : 'release',
    line,
    document: draft.version,
    expires: draft.expires,
    version,
    released: pick((path, { custom }) => added.includes(path) && custom.version === version),
    ticket: pick((path, { custom }) => added.includes(path) && custom.version !== version),
    kept: pick((path) => !added.includes(path)),
    dropped: dropped.map(bundleOf),
  };
}

function bundleOf([path, { length, hashes, custom }]: [string, ReleaseTarget]): ListedBundle {
  const { version, counter, variant, profiles } = custom;
  return { path, version, counter, variant, profiles, sha256: hashes.sha256, sizeBytes: length };
}
