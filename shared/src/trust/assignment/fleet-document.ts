import { z } from 'zod';
import { parseCanonical } from '../signing/canonical-json.ts';
import { TrustError } from '../errors.ts';
import { publicKey } from '../signing/keys.ts';

/** Target of the top-level targets role: who directs the fleet. Signed by the offline keys through its hash. */
export const FLEET_PATH = 'trust/fleet.json';
export const MAX_FLEET_BYTES = 16_384;

export const fleetDocument = z.strictObject({
  type: z.literal('fleet'),
  v: z.literal(1),
  version: z.number().int().positive().max(Number.MAX_SAFE_INTEGER),
  /** Any one of them may sign assignments. */
  directors: z.array(publicKey).min(1).max(8),
  /** Certificates, PEM, whose leaves devices and listeners show. */
  enrolmentCas: z.array(z.string().max(4096)).min(1).max(4),
  /** Lowest release counter a device may run, per line. */
  floors: z.record(z.string(), z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER)),
});

export type FleetDocument = z.infer<typeof fleetDocument>;

/** @throws TrustError `document_malformed`, `not_canonical`; its hash was checked against targets before */
export function readFleet(bytes: Uint8Array): FleetDocument {
  const parsed = fleetDocument.safeParse(parseCanonical(bytes, FLEET_PATH));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const field = [FLEET_PATH, ...(issue?.path ?? [])].join('.');
  throw new TrustError('document_malformed', `${field}: ${issue?.message}`, field);
}
