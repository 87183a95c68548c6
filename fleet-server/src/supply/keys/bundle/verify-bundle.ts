import { isCodedError } from '@plumbline/shared/errors';
import { openBundle, type Bundle, type BundleFile } from '@plumbline/shared/manifest';
import { keyId, sha256Hex, TrustError, verifySeal, type PublicKey } from '@plumbline/shared/trust';
import { KeyError } from '../errors.ts';
import { checkRelease, type ReleaseFound } from './check-release.ts';

export interface BundleVerdict {
  sha256: string;
  bytes: number;
  line: string;
  version: string;
  variant: string;
  files: string[];
  sealedBy: string;
  /** Absent when no repository was asked. */
  release?: Omit<ReleaseFound, 'sealKeys'>;
}

export interface BundleQuestion {
  nowMs: number;
  repository?: { folder: string; rootSha256?: string | undefined } | undefined;
  /** Builder keys to believe for a line when no repository is asked. */
  sealKeys: (line: string) => PublicKey[];
}

/**
 * Everything that can be said of a bundle without a network: manifest and files agree, a builder sealed exactly these
 * files, and, by a published repository, they are a release in force.
 * @throws ManifestError, TrustError, KeyError `seal_key_unknown`: the first thing that is not true.
 */
export async function verifyBundle(archive: Uint8Array, question: BundleQuestion): Promise<BundleVerdict> {
  const bundle = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  const { line, version, variant } = bundle.manifest;
  const sha256 = sha256Hex(archive);
  const { repository, nowMs } = question;
  const release = repository && (await checkRelease({ line, sha256, length: archive.length }, repository, nowMs));
  const sealedBy = sealerOf(bundle, release?.sealKeys ?? question.sealKeys(line));
  const { sealKeys: _sealKeys, ...found } = release ?? { sealKeys: [] };
  return {
    sha256,
    bytes: archive.length,
    line,
    version,
    variant,
    files: Object.keys(bundle.files),
    sealedBy,
    ...(release === undefined ? {} : { release: found as Omit<ReleaseFound, 'sealKeys'> }),
  };
}

function sealerOf({ files }: Bundle, keys: PublicKey[]): string {
  const seal = files['model.sig'];
  if (seal === undefined) throw new TrustError('seal_invalid', 'model.sig: not sealed', 'model.sig', 'a seal');
  if (keys.length === 0) {
    throw new KeyError('seal_key_unknown', 'model.sig: sealed, but there is no builder key to judge it by', {
      kind: 'refused',
      field: 'model.sig',
      expected: '--repository, --key, or the keys of a state folder',
    });
  }
  const digests = Object.fromEntries(
    Object.entries(files)
      .filter(([name]) => (name as BundleFile) !== 'model.sig')
      .map(([name, bytes]) => [name, sha256Hex(bytes ?? new Uint8Array())]),
  );
  let refusal: unknown;
  for (const key of keys) {
    try {
      verifySeal(seal, digests, [key]);
      return keyId(key);
    } catch (error) {
      // Another key may have made it; what is wrong with the files is wrong under every key.
      refusal ??= error;
      if (isCodedError(error) && error.field !== 'model.sig.signatures') throw error;
    }
  }
  throw refusal;
}
