import { openBundle, type BundleFiles } from '@plumbline/shared/manifest';
import { lineKeys, sha256Hex, TrustError, utf8, verifySeal, type TargetsMetadata } from '@plumbline/shared/trust';
import { ApiProblem } from '../api/problem.ts';
import type { ListedBundle } from './read-draft.ts';

/** What a bundle itself says, once its bytes are those that the draft names and its seal is a builder's. */
export interface ExaminedBundle {
  path: string;
  origin: string;
  /** Of the quality gate; null where the card has none, as of an imported model. */
  gate: string | null;
  goldenRows: number;
}

/**
 * Fetches one bundle and holds it against what is about to be signed: hash, length, seal, names.
 * @throws TrustError `hash_mismatch`, `seal_invalid`, `document_malformed`; ManifestError, ApiProblem
 */
export async function examineBundle(
  line: string,
  listed: ListedBundle,
  targets: TargetsMetadata,
): Promise<ExaminedBundle> {
  const { path, sha256, sizeBytes, version, variant } = listed;
  const archive = await fetchArchive(sha256);
  if (archive.length !== sizeBytes || sha256Hex(archive) !== sha256) {
    throw new TrustError('bad_hash', `${path}: not the bytes that the draft names`, path, sha256);
  }
  const { manifest, golden, files } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  verifySeal(files['model.sig'] ?? utf8(''), digestsOf(files), lineKeys(targets, line, 'builders'));
  for (const [field, said, wanted] of [
    ['line', manifest.line, line],
    ['version', manifest.version, version],
    ['variant', manifest.variant, variant],
  ] as const) {
    if (said === wanted) continue;
    throw new TrustError(
      'document_malformed',
      `${path}: the bundle says ${field} ${said}`,
      `manifest.${field}`,
      wanted,
    );
  }
  return { path, goldenRows: golden?.rows.length ?? 0, ...cardOf(files['card.json']) };
}

async function fetchArchive(sha256: string): Promise<Uint8Array> {
  const response = await fetch(`/api/v1/artifacts/${sha256}`);
  if (response.ok) return new Uint8Array(await response.arrayBuffer());
  throw new ApiProblem('a bundle cannot be read', { code: `http_${response.status}`, status: response.status });
}

function digestsOf(files: BundleFiles): Record<string, string> {
  const sealed = Object.entries(files).filter(([name]) => name !== 'model.sig');
  return Object.fromEntries(sealed.map(([name, bytes]) => [name, sha256Hex(bytes ?? utf8(''))]));
}

/** Two words of a card; what else it holds, the page of the version shows. */
function cardOf(bytes: Uint8Array | undefined): Pick<ExaminedBundle, 'origin' | 'gate'> {
  const card: unknown = bytes === undefined ? {} : JSON.parse(new TextDecoder().decode(bytes));
  const { origin, gate } = (card ?? {}) as { origin?: unknown; gate?: { verdict?: unknown } };
  const verdict = gate?.verdict;
  return {
    origin: typeof origin === 'string' ? origin : 'unknown',
    gate: typeof verdict === 'string' ? verdict : null,
  };
}
