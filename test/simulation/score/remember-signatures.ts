import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

const SIGNER = new URL('../../../shared/src/trust/signing/signer.ts', import.meta.url);
const HEAD = 'export function verifySignature(';

const REMEMBERING = `
import { createHash as hashOfMemory } from 'node:crypto';
const remembered = new Map<string, boolean>();
export function verifySignature(key: PublicKey, bytes: Uint8Array, signature: Uint8Array): boolean {
  const name = hashOfMemory('sha256').update(key.type + key.public).update(signature).update(bytes).digest('hex');
  const known = remembered.get(name) ?? reallyVerifySignature(key, bytes, signature);
  if (remembered.size > 50_000) remembered.clear();
  remembered.set(name, known);
  return known;
}
function reallyVerifySignature(`;

/**
 * Worlds of different seeds verify the same few signatures over and over, a sixth of all their computing. From here on
 * a process works out each one once: the function has no other input than its arguments.
 */
export function rememberSignatures(): void {
  const text = readFileSync(fileURLToPath(SIGNER), 'utf8');
  if (text.split(HEAD).length !== 2) throw new Error(`${SIGNER.href} has not one ${HEAD}`);
  const source = text.replace(HEAD, () => REMEMBERING);
  registerHooks({
    load: (asked, context, nextLoad) =>
      asked === SIGNER.href ? { ...nextLoad(asked, context), source } : nextLoad(asked, context),
  });
}
