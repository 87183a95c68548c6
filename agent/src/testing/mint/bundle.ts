import { buildReference } from '@plumbline/shared/drift';
import { packArchive, type BundleFiles, type Manifest } from '@plumbline/shared/manifest';
import {
  createSeal,
  sha256Hex,
  utf8,
  type AssignedModel,
  type Payload,
  type ReleaseNeeds,
  type Signer,
} from '@plumbline/shared/trust';
import { encodeLinear, linearScore, type LinearModel } from '../linear-inference.ts';
import { FLEET, LINE } from './keys.ts';

/** A signed release: its archive, how it travels, and what the metadata of its line say of it. */
export interface Release {
  archive: Uint8Array;
  payload: Uint8Array;
  assigned: AssignedModel;
  version: string;
  profiles: string[];
  /** What the metadata of the line say of its needs, when they say it. */
  needs?: ReleaseNeeds;
}

/** A graph of two features `a` and `b` with two classes, and what it answers. */
export interface Graph {
  onnx: Uint8Array;
  scoreOf: (a: number, b: number) => number;
  opset: number;
  tolerance: number;
}

export interface ReleaseInput {
  line?: string;
  counter?: number;
  version?: string;
  model?: LinearModel;
  /** A real graph instead of a linear model. */
  graph?: Graph;
  /** How records reach the graph and scores leave it, where that is not by `x` and `p`. */
  wiring?: Pick<Manifest, 'inputs' | 'output'>;
  /** Makes a bundle of this many bytes more. */
  paddingBytes?: number;
  goldenOffset?: number;
  sealedBy?: Signer;
  profiles?: string[];
  memoryMb?: number;
  pack?: { codec: Payload['codec']; encode: (archive: Uint8Array) => Uint8Array };
}

export const DEFAULT_MODEL: LinearModel = { weights: [1, -2], bias: 0.5 };

export async function mintRelease(input: ReleaseInput = {}): Promise<Release> {
  const { line = LINE, counter = 1, version = '1.0.0', profiles = [] } = input;
  const archive = await mintArchive(input, line, version);
  const payload = input.pack?.encode(archive) ?? archive;
  const path = `models/${line}/${counter}/plain.plb`;
  const sha256 = sha256Hex(archive);
  const travels: Payload = { codec: input.pack?.codec ?? 'none', length: payload.length, sha256: sha256Hex(payload) };
  const assigned = { model: line, path, length: archive.length, sha256, releaseCounter: counter, payload: travels };
  return { archive, payload, assigned, version, profiles };
}

/** The same bytes under another counter: what a return ticket is. */
export function reissue(release: Release, counter: number): Release {
  const path = `models/${release.assigned.model}/${counter}/plain.plb`;
  return { ...release, assigned: { ...release.assigned, path, releaseCounter: counter } };
}

function linearGraph(model: LinearModel): Graph {
  const scoreOf = (a: number, b: number) => linearScore(model, [a, b]);
  return { onnx: encodeLinear(model), scoreOf, opset: 18, tolerance: 1e-6 };
}

async function mintArchive(input: ReleaseInput, line: string, version: string): Promise<Uint8Array> {
  const { onnx, scoreOf, opset, tolerance } = input.graph ?? linearGraph(input.model ?? DEFAULT_MODEL);
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
    variant: 'plain',
    algorithm: 'linear',
    target: 'late',
    inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
    output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
    model: { sha256: sha256Hex(onnx), sizeBytes: onnx.length },
    ...input.wiring,
    needs: { opsets: { 'ai.onnx': opset }, operators: [], derivations: [], memoryMb: input.memoryMb ?? 10 },
    parts: { golden: 'generated', reference: 'generated', reasons: 'absent' },
  };
  const rows = [-1, 0, 1].map((a) => ({ a, b: a / 2 }));
  const scores = rows.map(({ a, b }) => scoreOf(a, b));
  const bins = ['a', 'b'].map((name) => ({ type: 'number' as const, name, edges: [-1, 0, 1] }));
  const golden = {
    v: 1,
    tolerance,
    rows: rows.map((values, i) => ({
      record: { values, asOf: 0 },
      score: (scores[i] ?? 0) + (input.goldenOffset ?? 0),
    })),
  };
  const files: BundleFiles = {
    'card.json': json({ padding: 'x'.repeat(input.paddingBytes ?? 0) }),
    'golden.json': json(golden),
    'manifest.json': json(manifest),
    'model.onnx': onnx,
    'reference.json': json(buildReference(bins, rows, scores)),
  };
  const digests = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Hex(bytes)]));
  return packArchive({ ...files, 'model.sig': await createSeal('bundle', digests, input.sealedBy ?? FLEET.builder) });
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}
