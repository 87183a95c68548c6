import { ok, throws } from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createSeal, createSigner, fromBase64, verifySeal } from '@plumbline/shared/trust';
import { createTally, vectorsPath, type Conformance, type ConformanceInput } from './conformance.ts';
import { digestsOf, readBundle, sealedBy, statementOf } from './oms-bundle.ts';
import { differences } from './schema/differences.ts';
import type { Schema } from './schema/schema.ts';

const BUNDLE = 'https://model_signing/bundle/v1.0/schema';
const STATEMENT = 'https://model_signing/statement/v1.0/schema';

/**
 * OpenSSF Model Signing v1.0. The published bundles are signed by keys that are not published or of another kind, so
 * their statements are judged under a key of ours; our own seal is held against the published schemas.
 */
export async function run({ vectors }: ConformanceInput = {}): Promise<Conformance> {
  const folder = vectors ?? vectorsPath('openssf-model-signing');
  const schemas = await readSchemas(join(folder, 'schemas/v1.0'));
  const signer = createSigner({ type: 'p256', secret: new Uint8Array(32).fill(11) });
  const keys = [signer.publicKey];
  const tally = createTally();
  const fits = (value: unknown, id: string) => {
    const found = differences(value, id, schemas);
    ok(found.length === 0, found.join('; '));
  };
  const isNoSeal = { name: 'TrustError', code: 'seal_invalid' };

  for await (const { name, bytes } of bundles(folder, 'valid')) {
    const bundle = readBundle(bytes);
    const statement = fromBase64(bundle.dsseEnvelope.payload);
    await tally.check(`${name}, schemas`, () => {
      fits(bundle, BUNDLE);
      fits(statementOf(statement), STATEMENT);
    });
    // The statement names the digest over all files; it is accepted only when our own rule gives the same.
    const seal = await sealedBy(signer, statement);
    await tally.check(`${name}, digest`, () => verifySeal(seal, digestsOf(statement), keys));
    await tally.check(`${name}, unknown key`, () =>
      throws(() => verifySeal(bytes, digestsOf(statement), keys), isNoSeal),
    );
  }
  for await (const { name, bytes } of bundles(folder, 'invalid')) {
    await tally.check(name, () => throws(() => verifySeal(bytes, {}, keys), isNoSeal));
  }
  for await (const { name, bytes } of bundles(folder, 'invalid-payload')) {
    const statement = fromBase64(readBundle(bytes).dsseEnvelope.payload);
    const seal = await sealedBy(signer, statement);
    await tally.check(name, () => {
      throws(() => verifySeal(seal, digestsOf(statement), keys), isNoSeal);
      ok(differences(statementOf(statement), STATEMENT, schemas).length > 0, 'the schema accepts it');
    });
  }
  const digests = { 'manifest.json': 'cd'.repeat(32), 'model.onnx': 'ab'.repeat(32) };
  const seal = await createSeal('delay-1.2.0', digests, signer);
  await tally.check('our own seal, schemas', () => {
    fits(readBundle(seal), BUNDLE);
    fits(statementOf(fromBase64(readBundle(seal).dsseEnvelope.payload)), STATEMENT);
  });
  await tally.check('our own seal, files', () => verifySeal(seal, digests, keys));
  return tally;
}

async function* bundles(folder: string, kind: string): AsyncIterable<{ name: string; bytes: Uint8Array }> {
  const within = join(folder, 'test-vectors/v1.0', kind);
  for (const name of (await readdir(within)).toSorted()) {
    yield { name: `${kind}/${name}`, bytes: new Uint8Array(await readFile(join(within, name))) };
  }
}

async function readSchemas(folder: string): Promise<Map<string, Schema>> {
  const schemas = new Map<string, Schema>();
  for (const name of await readdir(folder)) {
    const schema: Schema = JSON.parse(await readFile(join(folder, name), 'utf8'));
    schemas.set(schema.$id ?? name, schema);
  }
  return schemas;
}
