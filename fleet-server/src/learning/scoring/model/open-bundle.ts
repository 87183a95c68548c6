import { openBundle } from '@plumbline/shared/manifest';
import { sha256Hex, type PublicKey } from '@plumbline/shared/trust';
import { verifyBundle } from '../../../supply/keys/index.ts';
import { parseMapping } from '../../../supply/models/index.ts';
import type { ScorableModel } from './scorable.ts';

/**
 * A bundle, judged as an agent judges it: manifest and files agree, and a builder of its line sealed exactly these files.
 * @param sealKeys `undefined`: nobody is asked who sealed it
 * @throws ManifestError, TrustError, KeyError `seal_key_unknown`
 */
export async function openSealed(
  archive: Uint8Array,
  sealKeys: ((line: string) => PublicKey[]) | undefined,
): Promise<ScorableModel> {
  // The time is only asked of a release in force.
  const verdict = sealKeys && (await verifyBundle(archive, { nowMs: 0, sealKeys }));
  const { manifest, model, reference, golden, reasons } = await openBundle(archive, async (bytes) => sha256Hex(bytes));
  const { line, version, variant } = manifest;
  return {
    line,
    version,
    variant,
    sha256: verdict?.sha256 ?? sha256Hex(archive),
    sealedBy: verdict?.sealedBy,
    manifest,
    bytes: model,
    reference,
    golden,
    reasons,
  };
}

/** An ONNX file that nobody sealed, by the mapping that says what its inputs mean. @throws ModelError `model_mapping_malformed` */
export function openBare(model: Uint8Array, mapping: unknown): ScorableModel {
  const { line, inputs, output } = parseMapping(mapping);
  const sha256 = sha256Hex(model);
  return {
    line,
    version: '',
    variant: '',
    sha256,
    sealedBy: undefined,
    manifest: { inputs, output, model: { sha256, sizeBytes: model.length } },
    bytes: model,
    reference: undefined,
    golden: undefined,
    reasons: undefined,
  };
}
