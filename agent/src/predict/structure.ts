import type { Reference } from '@plumbline/shared/drift';
import { messageOf } from '@plumbline/shared/errors';
import { featuresOf, type Feature, type Golden, type Manifest } from '@plumbline/shared/manifest';
import { firstDisagreement, shareableFeatures } from '@plumbline/shared/predict';
import type { Explainer, rankReasons } from '@plumbline/shared/predict/explain';

/** A structure that reasons are derived from, or why there is none. */
export type Derived =
  | { explainer: Explainer; features: Feature[]; rank: typeof rankReasons }
  | { explainer?: undefined; because: string };

/** The structure of a loaded model: read at the first question with reasons, a promise only while that lasts. */
export type Structure = () => Derived | Promise<Derived>;

export interface StructureSource {
  manifest: Manifest;
  reference: Reference | undefined;
  golden: Golden | undefined;
  /** `model.onnx` and `reasons.bin`, which are not kept in memory for this. */
  read: () => Promise<{ model: Uint8Array; reasons: Uint8Array | undefined }>;
}

export function deriveStructure(source: StructureSource): Structure {
  let derived: Derived | Promise<Derived> | undefined;
  return () => {
    derived ??= derive(source).then((found) => (derived = found));
    return derived;
  };
}

async function derive({ manifest, reference, golden, read }: StructureSource): Promise<Derived> {
  try {
    // Only who asks for reasons pays for the reader of ONNX.
    const [{ createExplainer, rankReasons: rank }, { model, reasons }] = await Promise.all([
      import('@plumbline/shared/predict/explain'),
      read(),
    ]);
    const explainer = createExplainer({ model, manifest, reference, reasons });
    if (typeof explainer === 'string') return { because: `the graph ${explainer}` };
    const wrong = golden === undefined ? -1 : firstDisagreement(manifest, golden, explainer);
    if (wrong >= 0) return { because: `what was read of the graph differs from golden row ${wrong}` };
    const shareable = new Set(shareableFeatures(manifest));
    // What reads the column of a private feature is as private as that.
    const features = featuresOf(manifest).map((one) => (shareable.has(one) ? one : { ...one, private: true }));
    return { explainer, features, rank };
  } catch (error) {
    return { because: messageOf(error) };
  }
}
