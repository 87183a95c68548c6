import { encodeStandIn, standInScore, type StandInModel } from '@plumbline/agent/simulated';
import { buildReference } from '@plumbline/shared/drift';
import { packArchive, type BundleFiles, type Manifest } from '@plumbline/shared/manifest';
import { createChance } from '@plumbline/shared/testing/world';
import { createSeal, sha256Hex, utf8, type Payload, type Signer } from '@plumbline/shared/trust';
import type { ReleaseVariant } from './variant.ts';
import { drawValues } from './records.ts';

/** A bundle that stands for a variant of a release: as long on the wire, sealed, with golden rows and a reference. */
export interface StandInBundle {
  manifest: Manifest;
  archive: Uint8Array;
  sha256: string;
  modelSha256: string;
  payload: Payload;
  profiles: string[];
}

export interface StandInInput {
  line: string;
  version: string;
  variant: ReleaseVariant;
  model: StandInModel;
  /** What its reference was drawn from, in standard deviations beside what devices see. */
  referenceShift: number;
}

const REFERENCE_ROWS = 2000;
const PADDING_SEED = 2;
const EDGES = [-2, -1.25, -0.75, -0.25, 0.25, 0.75, 1.25, 2];
const GOLDEN = [-1, -0.5, 0, 0.5, 1].map((a) => ({ a, b: a / 2 }));

export async function standInBundle(input: StandInInput, builder: Signer): Promise<StandInBundle> {
  const { variant } = input;
  const bare = await packed(input, new Uint8Array(), builder);
  // As random as what a real payload has become by compression.
  const padding = createChance(PADDING_SEED).bytes(Math.max(0, variant.payloadBytes - bare.archive.length));
  return packed(input, padding, builder);
}

async function packed(input: StandInInput, padding: Uint8Array, builder: Signer): Promise<StandInBundle> {
  const { line, version, variant, model, referenceShift } = input;
  const onnx = encodeStandIn(model, padding);
  const features = ['a', 'b'].map((name) => ({
    name,
    type: 'number' as const,
    missing: 'accept' as const,
    from: { column: name },
  }));
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line,
    version,
    variant: variant.variant,
    algorithm: 'linear',
    target: 'late',
    inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
    output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
    model: { sha256: sha256Hex(onnx), sizeBytes: onnx.length },
    needs: { ...variant.needs, derivations: [] },
    parts: { golden: 'generated', reference: 'generated', reasons: 'absent' },
  };
  const chance = createChance(1);
  const sample = Array.from({ length: REFERENCE_ROWS }, () => drawValues(chance, referenceShift));
  // What it answers nothing for has no place among scores.
  const scored = sample.map((values) => ({
    values,
    score: standInScore({ ...model, unanswered: 0 }, [values.a, values.b]),
  }));
  const bins = ['a', 'b'].map((name) => ({ type: 'number' as const, name, edges: EDGES }));
  const golden = GOLDEN.map((values) => ({
    record: { values, asOf: 0 },
    score: standInScore({ ...model, unanswered: 0 }, [values.a, values.b]),
  }));
  const files: BundleFiles = {
    'card.json': json({}),
    'golden.json': json({ v: 1, tolerance: 1e-4, rows: golden }),
    'manifest.json': json(manifest),
    'model.onnx': onnx,
    'reference.json': json(
      buildReference(
        bins,
        scored.map(({ values }) => values),
        scored.map(({ score }) => score),
      ),
    ),
  };
  const archive = await seal(files, builder);
  const sha256 = sha256Hex(archive);
  return {
    manifest,
    archive,
    sha256,
    modelSha256: manifest.model.sha256,
    payload: { codec: 'none', length: archive.length, sha256 },
    profiles: variant.profiles,
  };
}

async function seal(files: BundleFiles, builder: Signer): Promise<Uint8Array> {
  const digests = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Hex(bytes)]));
  return packArchive({ ...files, 'model.sig': await createSeal('bundle', digests, builder) });
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}
