import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { equalBytes, fromBase64, fromHex, toBase64, utf8 } from './bytes.ts';
import { canonicalBytes, parseCanonical } from './canonical-json.ts';
import { p256 } from '@noble/curves/nist.js';
import { createSeal, verifySeal } from './seal.ts';
import { createSigner, verifySignature } from './signer.ts';

const repository = fileURLToPath(new URL('../../../', import.meta.url));
const folder = join(process.env['PLUMBLINE_SHARED'] ?? join(repository, '../shared'), 'vectors');
const absent = !existsSync(folder);
if (absent && process.env['PLUMBLINE_REQUIRE_SHARED'] === '1') {
  throw new Error(`PLUMBLINE_REQUIRE_SHARED is 1 and ${folder} does not exist`);
}
const why = absent ? ` (skipped: no vectors at ${folder}, set PLUMBLINE_SHARED)` : '';
const read = (...path: string[]) => new Uint8Array(readFileSync(join(folder, ...path)));
const readJson = (...path: string[]) => JSON.parse(new TextDecoder().decode(read(...path)));
const names = (...path: string[]) => (absent ? [] : readdirSync(join(folder, ...path)));

describe.skipIf(absent)(`RFC 8785${why}`, () => {
  const cases = names('rfc8785').filter((name) => name.startsWith('in_'));

  it('has its six cases', () => expect(cases).toHaveLength(6));

  it.each(cases)('%s has the published canonical form', (name) => {
    const published = read('rfc8785', name.replace('in_', 'out_'));
    expect(equalBytes(canonicalBytes(readJson('rfc8785', name)), published)).toBe(true);
    expect(parseCanonical(published, 'vector')).toEqual(readJson('rfc8785', name));
  });
});

interface WycheproofGroup {
  publicKey: { pk: string };
  tests: { tcId: number; comment: string; msg: string; sig: string; result: 'valid' | 'invalid' }[];
}

describe.skipIf(absent)(`Wycheproof ed25519${why}`, () => {
  const groups: WycheproofGroup[] = absent ? [] : readJson('wycheproof-ed25519_test.json').testGroups;
  const cases = groups.flatMap(({ publicKey, tests }) => tests.map((one) => ({ ...one, key: publicKey.pk })));

  it('has its 151 cases', () => expect(cases).toHaveLength(151));

  it.each(cases)('$tcId: $comment is $result', ({ key, msg, sig, result }) => {
    const holds = verifySignature({ type: 'ed25519', public: key }, fromHex(msg), fromHex(sig));
    expect(holds).toBe(result === 'valid');
  });
});

const OMS = 'openssf-model-signing';
const schema = (name: string) => readJson(OMS, 'schemas', 'v1.0', `${name}.schema.json`);
const payloadOf = (bundle: { dsseEnvelope: { payload: string } }) => fromBase64(bundle.dsseEnvelope.payload);
const digestsOf = (statement: Uint8Array): Record<string, string> =>
  Object.fromEntries(
    JSON.parse(new TextDecoder().decode(statement)).predicate.resources.map((one: { name: string; digest: string }) => [
      one.name,
      one.digest,
    ]),
  );

describe.skipIf(absent)(`OpenSSF Model Signing v1.0${why}`, () => {
  const VECTORS = [OMS, 'test-vectors', 'v1.0'];
  const builder = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(11) });
  /** The statement of a published bundle under a key of ours: their keys are not published, or not of P-256. */
  const sealedByUs = (statement: Uint8Array) => {
    const type = 'application/vnd.in-toto+json';
    const head = utf8(`DSSEv1 ${type.length} ${type} ${statement.length} `);
    const signature = builder.sign(Uint8Array.from([...head, ...statement]));
    const sig = toBase64(p256.Signature.fromBytes(signature, 'compact').toBytes('der'));
    return canonicalBytes({ dsseEnvelope: { payload: toBase64(statement), payloadType: type, signatures: [{ sig }] } });
  };
  // The statement names the root digest; verifySeal accepts it only when its own rule gives the same.
  it.each(names(...VECTORS, 'valid'))(
    '%s is read, and its subject digest follows from its files by our rule',
    (name) => {
      const statement = payloadOf(readJson(...VECTORS, 'valid', name));
      const seal = sealedByUs(statement);
      expect(() => verifySeal(seal, digestsOf(statement), [builder.publicKey])).not.toThrow();
    },
  );

  it.each(names(...VECTORS, 'invalid'))('%s is refused', (name) => {
    expect(() => verifySeal(read(...VECTORS, 'invalid', name), {}, [builder.publicKey])).toThrow(
      expect.objectContaining({ code: 'seal_invalid' }),
    );
  });

  it.each(names(...VECTORS, 'invalid-payload'))('%s is refused even when a known key signed it', (name) => {
    const seal = sealedByUs(payloadOf(readJson(...VECTORS, 'invalid-payload', name)));
    expect(() => verifySeal(seal, {}, [builder.publicKey])).toThrow(
      expect.objectContaining({ code: 'seal_invalid', field: 'model.sig.payload' }),
    );
  });

  // No JSON Schema validator is among the dependencies: members, constants and closed objects are compared by hand.
  it('allows and requires exactly the members that our seals have', () => {
    const bundle = JSON.parse(
      new TextDecoder().decode(createSeal('delay-1.2.0', { 'model.onnx': 'ab'.repeat(32) }, builder)),
    );
    const statement = JSON.parse(new TextDecoder().decode(payloadOf(bundle)));
    const [predicate, ofStatement] = [schema('predicate'), schema('statement')];
    fitsMembers(bundle, schema('bundle'));
    fitsMembers(bundle.dsseEnvelope, schema('envelope'));
    fitsMembers(bundle.dsseEnvelope.signatures[0], schema('envelope').$defs.signature);
    fitsMembers(statement, ofStatement);
    fitsMembers(statement.subject[0], ofStatement.$defs.subject);
    fitsMembers(statement.predicate, predicate);
    fitsMembers(statement.predicate.serialization, predicate.$defs.serialization);
    fitsMembers(statement.predicate.resources[0], predicate.$defs.resource_descriptor);
    expect(bundle.verificationMaterial.publicKey.hint).toMatch(/^[0-9a-f]{64}$/);
  });
});

interface ObjectSchema {
  required: string[];
  properties: Record<string, { const?: unknown; enum?: unknown[]; pattern?: string }>;
  additionalProperties?: boolean;
}

function fitsMembers(value: Record<string, unknown>, rules: ObjectSchema): void {
  expect(Object.keys(value)).toEqual(expect.arrayContaining(rules.required));
  const known = rules.additionalProperties === false ? Object.keys(rules.properties) : Object.keys(value);
  expect(known).toEqual(expect.arrayContaining(Object.keys(value)));
  for (const [key, member] of Object.entries(value)) {
    const rule = rules.properties[key] ?? {};
    expect('const' in rule ? rule.const : member).toEqual(member);
    expect(rule.enum ?? [member]).toContain(member);
    expect(String(member)).toMatch(new RegExp(rule.pattern ?? ''));
  }
}
