import { z } from 'zod';
import { publicKey } from '../trust/signing/keys.ts';

const hex128 = z.string().regex(/^[0-9a-f]{128}$/, 'expected a signature: 128 lower-case hex digits');
const name = z.string().min(1).max(64);
const token = z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, 'expected the token of an enrolment code');
const nonce = z.string().min(16).max(256);

/** POST /api/v1/enrol — a device trades its one-time token for a name. */
export const enrolRequest = z.strictObject({
  token,
  publicKey,
  /** Signature by the device key over `enrolmentProofBytes(token)`: the key was made by whoever asks. */
  proof: hex128,
  profile: z.string().max(64),
  agent: z.string().max(64),
});

/** Times are ms of the server's clock; two thirds of the way from `issuedAt` to `notAfter` it is renewed. */
export const deviceCertificate = z.strictObject({
  pem: z.string().max(8192),
  issuedAt: z.number().int(),
  notAfter: z.number().int(),
});

/** 200: who the device is, where it connects and what it shows there. */
export const enrolResponse = z.strictObject({
  site: name,
  device: name,
  /** `mqtts://…`; `mqtt://` on a development server. */
  mqttUrl: z.url(),
  /** `wss://…`, for networks that let only web traffic out. */
  webSocketUrl: z.url(),
  certificate: deviceCertificate,
  /** PEM of the authority that signs servers and devices; must match the hash in the enrolment code. */
  ca: z.string().max(8192),
  /** Root document, exact bytes as base64; must match the hash in the enrolment code. */
  root: z.base64(),
});

/** 202: a person compares this fingerprint with the one the device shows; the device asks again with the same key. */
export const enrolPending = z.strictObject({ status: z.literal('enrolment_pending'), fingerprint: z.string().max(64) });

/** POST /api/v1/certificates/challenge — answered for every name, known or not. */
export const challengeRequest = z.strictObject({ site: name, device: name });
export const challengeResponse = z.strictObject({ nonce });

/** POST /api/v1/certificates/renew — the key alone proves who asks, so an expired certificate is no obstacle. */
export const renewRequest = z.strictObject({
  site: name,
  device: name,
  nonce,
  /** By the device key over `renewalProofBytes`. */
  signature: hex128,
});
export const renewResponse = z.strictObject({ certificate: deviceCertificate });

export type EnrolRequest = z.infer<typeof enrolRequest>;
export type EnrolResponse = z.infer<typeof enrolResponse>;
export type EnrolPending = z.infer<typeof enrolPending>;
export type DeviceCertificate = z.infer<typeof deviceCertificate>;
export type RenewRequest = z.infer<typeof renewRequest>;
export type RenewResponse = z.infer<typeof renewResponse>;
