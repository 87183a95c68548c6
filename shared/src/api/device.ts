import { z } from 'zod';
import { publicKey } from '../trust/keys.ts';

const hex128 = z.string().regex(/^[0-9a-f]{128}$/);

/** POST /api/v1/enrol — a device trades its one-time token for a name. */
export const enrolRequest = z.strictObject({
  token: z.string().min(16).max(128),
  publicKey,
  /** Signature by the device key over the UTF-8 token: the key was made by whoever asks. */
  proof: hex128,
  profile: z.string().max(64),
  agent: z.string().max(64),
});

export const enrolResponse = z.strictObject({
  site: z.string(),
  device: z.string(),
  mqttUrl: z.url(),
  /** Root document, exact bytes as base64; must match the hash in the enrolment code. */
  root: z.base64(),
});

export type EnrolRequest = z.infer<typeof enrolRequest>;
export type EnrolResponse = z.infer<typeof enrolResponse>;
