import type { Capabilities } from '../door/tablet-agent.ts';

/** A module of one function that answers a vector: what ONNX Runtime's WebAssembly is built with (SIMD proposal, fixed width). */
const SIMD = Uint8Array.from(
  '0 97 115 109 1 0 0 0 1 5 1 96 0 1 123 3 2 1 0 10 10 1 8 0 65 0 253 15 253 98 11'.split(' '),
  Number,
);

/** What this browser cannot do and the agent needs, by code; asked before anything is enrolled. */
export async function capabilitiesOf(): Promise<Capabilities> {
  if (!isSecureContext) return { missing: ['not_secure'] };
  const missing: string[] = [];
  if (!('WebAssembly' in globalThis) || !WebAssembly.validate(SIMD)) missing.push('no_simd');
  if (!('indexedDB' in globalThis)) missing.push('no_indexeddb');
  if (!('locks' in navigator)) missing.push('no_locks');
  if (!(await hasDeviceKey())) missing.push('no_device_key');
  return { missing };
}

async function hasDeviceKey(): Promise<boolean> {
  const kinds: (Algorithm | EcKeyGenParams)[] = [{ name: 'Ed25519' }, { name: 'ECDSA', namedCurve: 'P-256' }];
  for (const kind of kinds) {
    try {
      await crypto.subtle.generateKey(kind, false, ['sign', 'verify']);
      return true;
    } catch {
      // The next kind.
    }
  }
  return false;
}
