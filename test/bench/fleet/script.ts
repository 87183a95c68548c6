import { createPrivateKey, createPublicKey, sign, createHash, type KeyObject } from 'node:crypto';
import type { UpChannel } from '@plumbline/shared/wire';

/** One message of a device, as a real agent sent it, and how much it was answered. */
export interface Said {
  channel: UpChannel;
  payload: string;
  retain: boolean;
  /** Bytes of the answer's payload; 0 where none is waited for. */
  answerBytes: number;
}

/** What a real agent says when it connects, and from its assignment to the proof. */
export interface Script {
  connect: Said[];
  update: Said[];
  /** Payload of `dn/desired`. */
  desiredBytes: number;
}

/** What clients counted on their side of the sockets, without TCP and TLS. */
export interface Counts {
  messagesUp: number;
  messagesDown: number;
  bytesUp: number;
  bytesDown: number;
}

export interface FleetPlan {
  port: number;
  agents: number;
  script: Script;
  /** `bare`: messages of the same sizes, to a server that only answers; `ours`: messages the fleet server takes. */
  side: 'ours' | 'bare';
}

export const SITES = 200;
export const PROFILE = 'linux-x64-dev';
export const AGENT_VERSION = '0.1.0';

export function nameOf(number: number): { site: string; device: string } {
  const site = `site-${String((number % SITES) + 1).padStart(3, '0')}`;
  return { site, device: `light-${String(number + 1).padStart(5, '0')}` };
}

const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The key of a light client follows from its name: who registers it needs no message from who holds it. */
export function keyOf(device: string): { key: KeyObject; publicHex: string } {
  const seed = createHash('sha256').update(`bench ${device}`).digest();
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' });
  const der = createPublicKey(key).export({ format: 'der', type: 'spki' });
  return { key, publicHex: der.subarray(-32).toString('hex') };
}

export function signWith(key: KeyObject): (bytes: Uint8Array) => Promise<Uint8Array> {
  return async (bytes) => new Uint8Array(sign(null, bytes, key));
}
