import type { Reference } from '@plumbline/shared/drift';
import { messageOf } from '@plumbline/shared/errors';
import { featuresOf, type Feature, type Golden, type Manifest } from '@plumbline/shared/manifest';
import { encodeRuns } from '@plumbline/shared/predict';
import type { Explainer, Explanation, rankReasons } from '@plumbline/shared/predict/explain';

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

/** Runtimes compute in float32; a structure that was misread is further off than that, on one record or another. */
const TOLERANCE = 1e-4;
/** How exactly contributions add up to the raw score. */
const SUM_TOLERANCE = 1e-5;

export function deriveStructure(source: StructureSource): Structure {
  let derived: Derived | Promise<Derived> | undefined;
  return () => {
    derived ??= derive(source).then((found) => (derived = found));
    return derived;
  };
}

/** Whether an explanation belongs to the score that the session gave, and adds up. */
export function agrees({ base }: Pick<Explainer, 'base'>, { raw, score, contributions }: Explanation, said: number) {
  let sum = base;
  for (let i = 0; i < contributions.length; i += 1) sum += contributions[i]!;
  return (
    Math.abs(score - said) <= TOLERANCE * Math.max(1, Math.abs(said)) &&
    Math.abs(sum - raw) <= SUM_TOLERANCE * Math.max(1, Math.abs(raw))
  );
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
    const wrong = golden === undefined ? -1 : firstWrong(manifest, golden, explainer);
    if (wrong >= 0) return { because: `what was read of the graph differs from golden row ${wrong}` };
    return { explainer, features: featuresOf(manifest), rank };
  } catch (error) {
    return { because: messageOf(error) };
  }
}

function firstWrong(manifest: Manifest, { rows }: Golden, explainer: Explainer): number {
  return rows.findIndex(({ record, score }) => {
    const [run] = encodeRuns(manifest, [record]);
    return run === undefined || !agrees(explainer, explainer.explain(run.feeds, 0), score);
  });
}
