import { sha256 } from '@noble/hashes/sha2.js';
import type { FeatureValue } from '../manifest/feature.ts';
import type { Manifest } from '../manifest/manifest.ts';
import type { ActivityRecord } from '../manifest/record.ts';
import { toBase64 } from '../trust/bytes.ts';
import { valueOf } from './place.ts';

/** Of a SHA-256, the first 16 bytes: enough to tell inputs apart, and 22 characters a row on the link. */
const DIGEST_BYTES = 16;

/**
 * What a model was really given for a record, as canonical JSON (RFC 8785): `[asOf, value, …]` in the order of the
 * inputs, what was derived as it came out, a whole tensor as it was written. Names are left out, as the hash of the bundle
 * fixes them; so are private features, as a digest of few possible values can be guessed.
 * @throws PredictError as `valueOf`
 */
export function placedInputs({ inputs }: Pick<Manifest, 'inputs'>, record: ActivityRecord): string {
  const placed: FeatureValue[] = [record.asOf];
  for (const input of inputs) {
    if (input.kind === 'tensor') {
      placed.push(Object.hasOwn(record.values, input.column) ? (record.values[input.column] ?? null) : null);
      continue;
    }
    for (const feature of input.features) if (feature.private !== true) placed.push(valueOf(feature, record));
  }
  return JSON.stringify(placed);
}

/** The digest that a prediction row carries: base64 of 16 bytes of the SHA-256 over `placedInputs`, without padding. */
export function inputDigest(manifest: Pick<Manifest, 'inputs'>, record: ActivityRecord): string {
  const bytes = sha256(new TextEncoder().encode(placedInputs(manifest, record)));
  return toBase64(bytes.subarray(0, DIGEST_BYTES)).replace(/=+$/, '');
}
