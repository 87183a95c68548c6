import type { Profile } from '@plumbline/firmware-profiles';
import { buildReference } from '@plumbline/shared/drift';
import { packArchive, type BundleFiles, type Manifest } from '@plumbline/shared/manifest';
import {
  createSeal,
  createSigner,
  sha256Hex,
  signDocument,
  toBase64,
  utf8,
  type AssignedModel,
  type AssignmentDocument,
  type Payload,
  type Signer,
} from '@plumbline/shared/trust';
import type { Identity } from '../identity.ts';
import { encodeLinear, linearScore, type LinearModel } from './linear-inference.ts';

export const SITE = 'site-1';
export const DEVICE = 'gateway-1';
export const LINE = 'delay';
export const FAR = 4_000_000_000_000;
const FAR_TEXT = '2096-01-01T00:00:00Z';
const TOLERANCE = 1e-6;

function signer(type: 'ed25519' | 'p256', fill: number): Signer {
  return createSigner({ type, secret: new Uint8Array(32).fill(fill) });
}

/** The keys of a fleet that exists for one test. */
export const FLEET = {
  root: signer('ed25519', 1),
  director: signer('ed25519', 2),
  builder: signer('p256', 3),
  approver: signer('ed25519', 4),
  stranger: signer('ed25519', 5),
};

export const PROFILE: Profile = {
  id: 'test-gateway',
  vendor: 'test',
  name: 'Test gateway',
  kind: 'gateway',
  status: 'untested',
  note: 'exists in tests',
  models: [],
  arch: 'x64',
  os: 'linux',
  runtime: {
    engine: 'onnxruntime-node',
    minVersion: '>=1.0.0',
    opsets: { 'ai.onnx': 21, 'ai.onnx.ml': 5, 'com.microsoft': 1 },
    refusedOperators: [],
  },
  agent: '>=0.0.1',
  memoryMb: 1024,
  memoryForModelMb: 256,
  storageMb: 512,
  maxModelBytes: 1_000_000,
  precision: { float32: true, int8DotProduct: false },
  codecs: ['none', 'deflate'],
  link: { kind: 'lte', monthlyBudgetMb: 100 },
  power: 'mains',
  bounds: {
    proveRecords: { min: 0, max: 1000 },
    proveTimeoutMs: { min: 0, max: 86_400_000 },
    outboxBytes: { min: 1000, max: 1_000_000_000 },
    windowMs: { min: 1000, max: 86_400_000_000 },
  },
  sources: [{ fields: ['id'], figure: 'made up', title: 'plumbline', retrieved: null }],
};

export function mintIdentity(): Identity {
  const { root, director, builder, approver } = FLEET;
  const keys = Object.fromEntries([root, director, builder, approver].map((one) => [one.keyId, one.publicKey]));
  const roles = { root: alone(root), director: alone(director), builder: alone(builder), approver: alone(approver) };
  const bytes = signDocument({ _type: 'root', version: 1, expires: FAR_TEXT, keys, roles }, [root]);
  return { site: SITE, device: DEVICE, mqttUrl: 'mqtt://broker', rootSha256: sha256Hex(bytes), root: toBase64(bytes) };
}

function alone(of: Signer) {
  return { keyids: [of.keyId], threshold: 1 };
}

/** A signed release: its archive, how it travels, and what the line document says of it. */
export interface Release {
  archive: Uint8Array;
  payload: Uint8Array;
  assigned: AssignedModel;
  version: string;
  profiles: string[];
}

export interface ReleaseInput {
  counter?: number;
  version?: string;
  model?: LinearModel;
  /** Makes a bundle of this many bytes more. */
  paddingBytes?: number;
  goldenOffset?: number;
  sealedBy?: Signer;
  profiles?: string[];
  memoryMb?: number;
  pack?: { codec: Payload['codec']; encode: (archive: Uint8Array) => Uint8Array };
}

export const DEFAULT_MODEL: LinearModel = { weights: [1, -2], bias: 0.5 };

export function mintRelease(input: ReleaseInput = {}): Release {
  const { counter = 1, version = '1.0.0', model = DEFAULT_MODEL, profiles = [] } = input;
  const archive = mintArchive(input, version, model);
  const payload = input.pack?.encode(archive) ?? archive;
  const path = `models/${LINE}/${counter}/plain.plb`;
  const sha256 = sha256Hex(archive);
  const travels: Payload = { codec: input.pack?.codec ?? 'none', length: payload.length, sha256: sha256Hex(payload) };
  const assigned = { model: LINE, path, length: archive.length, sha256, releaseCounter: counter, payload: travels };
  return { archive, payload, assigned, version, profiles };
}

/** The same bytes under another counter: what a return ticket is. */
export function reissue(release: Release, counter: number): Release {
  const path = `models/${LINE}/${counter}/plain.plb`;
  return { ...release, assigned: { ...release.assigned, path, releaseCounter: counter } };
}

function mintArchive(input: ReleaseInput, version: string, model: LinearModel): Uint8Array {
  const onnx = encodeLinear(model);
  const features = ['a', 'b'].map((name) => ({
    name,
    type: 'number' as const,
    missing: 'accept' as const,
    from: { column: name },
  }));
  const manifest: Manifest = {
    kind: 'model',
    v: 1,
    line: LINE,
    version,
    variant: 'plain',
    algorithm: 'linear',
    target: 'late',
    inputs: [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }],
    output: { kind: 'classes', probabilities: 'p', classes: ['in time', 'late'], positive: 'late' },
    model: { sha256: sha256Hex(onnx), sizeBytes: onnx.length },
    needs: { opsets: { 'ai.onnx': 18 }, operators: [], derivations: [], memoryMb: input.memoryMb ?? 10 },
    parts: { golden: 'generated', reference: 'generated', reasons: 'absent' },
  };
  const rows = [-1, 0, 1].map((a) => ({ a, b: a / 2 }));
  const scores = rows.map(({ a, b }) => linearScore(model, [a, b]));
  const bins = ['a', 'b'].map((name) => ({ type: 'number' as const, name, edges: [-1, 0, 1] }));
  const golden = {
    v: 1,
    tolerance: TOLERANCE,
    rows: rows.map((values, i) => ({
      record: { values, asOf: 0 },
      score: (scores[i] ?? 0) + (input.goldenOffset ?? 0),
    })),
  };
  const card = { padding: 'x'.repeat(input.paddingBytes ?? 0) };
  const files: BundleFiles = {
    'card.json': json(card),
    'golden.json': json(golden),
    'manifest.json': json(manifest),
    'model.onnx': onnx,
    'reference.json': json(buildReference(bins, rows, scores)),
  };
  const digests = Object.fromEntries(Object.entries(files).map(([name, bytes]) => [name, sha256Hex(bytes)]));
  return packArchive({ ...files, 'model.sig': createSeal('bundle', digests, input.sealedBy ?? FLEET.builder) });
}

export function mintLine(
  releases: readonly Release[],
  { version = 1, signers = [FLEET.builder, FLEET.approver], expires = FAR_TEXT } = {},
): Uint8Array {
  const targets = Object.fromEntries(
    releases.map((release) => {
      const { path, length, sha256, releaseCounter: counter } = release.assigned;
      const custom = { counter, version: release.version, variant: 'plain', profiles: release.profiles };
      return [path, { length, hashes: { sha256 }, custom }];
    }),
  );
  return signDocument({ _type: 'targets', spec_version: '1.0.31', line: LINE, version, expires, targets }, signers);
}

export function mintAssignment(
  seq: number,
  releases: readonly Release[],
  { signers = [FLEET.director], ...change }: Partial<AssignmentDocument> & { signers?: Signer[] } = {},
): Uint8Array {
  const document = {
    type: 'assignment',
    v: 1,
    site: SITE,
    device: DEVICE,
    seq,
    issued: 1,
    expires: FAR,
    nonce: `nonce-of-${seq}`,
    models: releases.map(({ assigned }) => assigned),
    settings: {},
    floors: {},
    timeFloor: 0,
    ...change,
  };
  return signDocument(document, signers);
}

function json(value: unknown): Uint8Array {
  return utf8(JSON.stringify(value));
}
