import {
  refresh,
  restoreTrust,
  sha256Hex,
  type ImageTrust,
  type KeptMetadata,
  type MetadataSource,
} from '@plumbline/shared/trust';
import { ApiProblem } from '../api/problem.ts';
import { forget, keep, readKept } from './browser-store.ts';

const KEPT = 'trust';
const MAX_ROOT_BYTES = 65_536;

/** What this browser has come to believe of the image repository, and signed; the server cannot go back behind it. */
interface Kept {
  /** SHA-256 of the first root that was seen here, hex. */
  firstRootSha256: string;
  metadata: KeptMetadata;
  /** Newest version of line metadata that was signed here, by line. */
  lines: Record<string, number>;
}

export interface BrowserTrust {
  trust: ImageTrust;
  /** What `plumbline keys status` prints of the same fleet: for people to compare. */
  firstRootSha256: string;
  signedVersion(line: string): number;
}

/**
 * Brings this browser's own trust up to date by the rules a device follows. The first root is believed as it comes;
 * from then on every other one has to follow from it.
 * @throws TrustError, ApiProblem
 */
export async function refreshBrowserTrust(): Promise<BrowserTrust> {
  let kept = (await readKept<Kept>('trust', KEPT)) ?? (await begin());
  const trust = await refresh(restoreTrust(kept.metadata), source, Date.now(), async (next) => {
    kept = { ...kept, metadata: metadataOf(next) };
    await keep('trust', KEPT, kept);
  });
  const { firstRootSha256, lines } = kept;
  return {
    trust,
    firstRootSha256,
    signedVersion: (line) => (Object.hasOwn(lines, line) ? (lines[line] ?? 0) : 0),
  };
}

/** What was signed here once is never signed again under an older version. */
export async function keepSignedVersion(line: string, version: number): Promise<void> {
  const kept = await readKept<Kept>('trust', KEPT);
  if (kept !== undefined) await keep('trust', KEPT, { ...kept, lines: { ...kept.lines, [line]: version } });
}

/** The next root is believed as it comes: of a fleet that was made anew. */
export function forgetTrust(): Promise<void> {
  return forget('trust', KEPT);
}

/** The repository as stock clients read it. */
export const source: MetadataSource = {
  async fetch({ role, version, maxBytes }) {
    const name = version === undefined ? `${role}.json` : `${version}.${role}.json`;
    const response = await fetch(`/tuf/metadata/${name}`, { cache: version === undefined ? 'no-store' : 'default' });
    if (response.status === 404) return undefined;
    if (!response.ok) {
      throw new ApiProblem(`${name} cannot be read`, { code: `http_${response.status}`, status: response.status });
    }
    return new Uint8Array(await response.arrayBuffer()).subarray(0, maxBytes + 1);
  },
};

async function begin(): Promise<Kept> {
  const root = await source.fetch({ role: 'root', version: 1, maxBytes: MAX_ROOT_BYTES });
  if (root === undefined) throw new ApiProblem('the server has no root', { code: 'http_404', status: 404 });
  const kept: Kept = { firstRootSha256: sha256Hex(root), metadata: { root }, lines: {} };
  restoreTrust(kept.metadata);
  await keep('trust', KEPT, kept);
  return kept;
}

function metadataOf({ rootBytes, timestamp, snapshot, targets }: ImageTrust): KeptMetadata {
  return { root: rootBytes, timestamp: timestamp?.bytes, snapshot: snapshot?.bytes, targets: targets?.bytes };
}
