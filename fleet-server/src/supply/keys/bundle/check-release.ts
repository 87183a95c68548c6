import {
  lineKeys,
  lineRole,
  refresh,
  refreshDelegated,
  releaseOf,
  sha256Hex,
  signersOf,
  startTrust,
  TrustError,
  type ImageTrust,
  type PublicKey,
} from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { folderSource, oldestRoot } from './folder-source.ts';

/** A bundle as the line metadata in force names it. */
export interface ReleaseFound {
  path: string;
  counter: number;
  builtBy: string[];
  approvedBy: string[];
  /** Keys whose seals this line accepts. */
  sealKeys: PublicKey[];
  root: { version: number; development: boolean; pinned: boolean };
}

/**
 * Whether a bundle is a release in force by a published repository: the verifier's own way from the oldest root to the
 * metadata of the line, as a device goes it.
 * @param rootSha256 what the oldest root must hash to; without it that root is taken as it is
 * @throws TrustError by what does not hold: `wrong_root`, `stale`, `below_threshold`, `not_in_release` …
 */
export async function checkRelease(
  bundle: { line: string; sha256: string; length: number },
  repository: { folder: string; rootSha256?: string | undefined },
  nowMs: number,
): Promise<ReleaseFound> {
  const role = lineRole(bundle.line);
  const trust = await trustOf(repository, role, nowMs);
  const release = releaseOf(trust, bundle.line);
  const found = Object.entries(release.targets).find(([, target]) => target.hashes.sha256 === bundle.sha256);
  if (found === undefined || found[1].length !== bundle.length || trust.targets === undefined) {
    throw new TrustError('not_in_release', `${bundle.line}: no release in force has these bytes`, role, bundle.sha256);
  }
  const builders = lineKeys(trust.targets.signed, bundle.line, 'builders');
  const approvers = lineKeys(trust.targets.signed, bundle.line, 'approvers');
  const bytes = trust.delegated[role]?.bytes ?? new Uint8Array();
  return {
    path: found[0],
    counter: found[1].custom.counter,
    builtBy: [...signersOf(bytes, role, builders)],
    approvedBy: [...signersOf(bytes, role, approvers)],
    sealKeys: builders,
    root: {
      version: trust.root.version,
      development: trust.root['x-plumbline-development'] === true,
      pinned: repository.rootSha256 !== undefined,
    },
  };
}

/** From the oldest root to the metadata of one line. */
async function trustOf(
  { folder, rootSha256 }: { folder: string; rootSha256?: string | undefined },
  role: string,
  nowMs: number,
): Promise<ImageTrust> {
  const root = await oldestRoot(folder);
  if (root === undefined) {
    throw new KeyError('keys_missing', `${folder}: no root metadata`, {
      kind: 'not-found',
      field: '--repository',
      expected: 'a folder with metadata/N.root.json',
    });
  }
  const source = folderSource(folder);
  const started = startTrust(root, rootSha256 ?? sha256Hex(root));
  const refreshed = await refresh(started, source, nowMs, () => undefined);
  return refreshDelegated(refreshed, source, nowMs, { role, delegator: 'targets' }, () => undefined);
}
