import { describe, expect, it } from 'vitest';
import { codeOf } from '@plumbline/shared/errors';
import { canonicalBytes, createSeal, createSigner, olpcCanonical, utf8, type Signer } from '@plumbline/shared/trust';
import { makeKey } from '../files/make-key.ts';
import { DESK_ROLES, type DeskRole } from './desk.ts';
import { permit } from './permit.ts';

const HASH = 'a'.repeat(64);
const common = { spec_version: '1.0.31', version: 3, expires: '2026-02-01T00:00:00Z' };
const model = {
  length: 10,
  hashes: { sha256: HASH },
  custom: { counter: 7, version: '1.0.0', variant: 'fp32', profiles: [] },
};
const line = { _type: 'targets', ...common, targets: { 'models/delay/7/fp32.plb': model } };
const assignment = {
  type: 'assignment',
  v: 1,
  site: 'north',
  device: 'gw-1',
  seq: 4,
  issued: 1,
  expires: 2,
  nonce: 'nonce-1234',
  models: [],
  settings: {},
  floors: {},
  timeFloor: 0,
};

/** What `createSeal` asks a builder to sign. */
async function sealPayload(): Promise<Uint8Array> {
  const builder = createSigner(makeKey('builder', false));
  let asked = new Uint8Array();
  const witness: Signer = {
    ...builder,
    sign(bytes) {
      asked = Uint8Array.from(bytes);
      return builder.sign(bytes);
    },
  };
  await createSeal('delay@1.0.0/fp32', { 'model.onnx': HASH, 'manifest.json': HASH }, witness);
  return asked;
}

const documents: Record<string, { bytes: () => Uint8Array | Promise<Uint8Array>; by: DeskRole | undefined }> = {
  'an assignment': { by: 'director', bytes: () => canonicalBytes(assignment) },
  'timestamp metadata': {
    by: 'timestamp',
    bytes: () => olpcCanonical({ _type: 'timestamp', ...common, meta: { 'snapshot.json': { version: 1 } } }),
  },
  'snapshot metadata': {
    by: 'snapshot',
    bytes: () => olpcCanonical({ _type: 'snapshot', ...common, meta: { 'targets.json': { version: 1 } } }),
  },
  'line metadata': { by: 'builder', bytes: () => olpcCanonical(line) },
  'line metadata without a release': { by: 'builder', bytes: () => olpcCanonical({ ...line, targets: {} }) },
  'a seal': { by: 'builder', bytes: sealPayload },
  'root metadata': {
    by: undefined,
    bytes: () => {
      const role = { keyids: ['k'], threshold: 1 };
      const roles = { root: role, timestamp: role, snapshot: role, targets: role };
      return olpcCanonical({ _type: 'root', ...common, keys: {}, roles });
    },
  },
  'targets that delegate': {
    by: undefined,
    bytes: () => olpcCanonical({ ...line, delegations: { keys: {}, roles: [] } }),
  },
  'targets that name the fleet document': {
    by: undefined,
    bytes: () => olpcCanonical({ ...line, targets: { 'trust/fleet.json': model } }),
  },
  'metadata of two lines': {
    by: undefined,
    bytes: () => olpcCanonical({ ...line, targets: { ...line.targets, 'models/iris/1/fp32.plb': model } }),
  },
  'metadata of a path outside models': {
    by: undefined,
    bytes: () => olpcCanonical({ ...line, targets: { 'models/delay/../../fp32.plb': model } }),
  },
  'line metadata with a space in it': { by: undefined, bytes: () => utf8(JSON.stringify(line, null, 1)) },
  'two documents in one': {
    by: undefined,
    bytes: () => utf8(`${text(olpcCanonical(line))},"more":${text(olpcCanonical(line))}`),
  },
  'an assignment with a field nobody knows': { by: undefined, bytes: () => canonicalBytes({ ...assignment, more: 1 }) },
  'an assignment that is not canonical': { by: undefined, bytes: () => utf8(JSON.stringify(assignment)) },
  'a seal of another payload type': {
    by: undefined,
    bytes: async () => utf8(text(await sealPayload()).replace('28 application/vnd.in-toto+json', '10 text/plain')),
  },
  'a seal with a wrong length': {
    by: undefined,
    bytes: async () => new Uint8Array([...(await sealPayload()), 0x20]),
  },
  'a connect token': { by: undefined, bytes: () => utf8('eyJhbGciOiJFZERTQSJ9.eyJpc3MiOiJzIn0') },
  nothing: { by: undefined, bytes: () => new Uint8Array() },
};

function text(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

const code = (role: DeskRole, document: Uint8Array): string | undefined => {
  try {
    permit(role, document);
    return undefined;
  } catch (error) {
    return codeOf(error);
  }
};

describe.each(Object.entries(documents))('%s', (_what, { by, bytes }) => {
  it('is signed by its role only, or by nobody', async () => {
    const document = await bytes();
    const codes = Object.fromEntries(DESK_ROLES.map((role) => [role, code(role, document)]));
    expect(codes).toEqual(
      Object.fromEntries(DESK_ROLES.map((role) => [role, role === by ? undefined : 'document_refused'])),
    );
  });
});
