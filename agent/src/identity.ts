import { deviceCertificate } from '@plumbline/shared/api';
import { fromBase64 } from '@plumbline/shared/trust';
import { z } from 'zod';
import type { Store } from './ports/index.ts';
import { readOne } from './store/json.ts';
import { IDENTITY } from './store/keys.ts';

/** Who this device is and whom it trusts: written by enrolment; later only the certificate changes. */
export const identity = z.strictObject({
  site: z.string(),
  device: z.string(),
  /** Where it enrolled, and renews its certificate: `https://…`. */
  url: z.string(),
  mqttUrl: z.string(),
  webSocketUrl: z.string(),
  rootSha256: z.string(),
  /** Exact bytes of the root document, base64. */
  root: z.string(),
  /** The authority that the code pinned, PEM; others are named by `trust/fleet.json`, never by a server. */
  cas: z.array(z.string()).min(1),
  certificate: deviceCertificate,
  /** When the code was made, ms: it is not earlier than this, whatever the clock says. */
  enrolledAt: z.number().int(),
});

export type Identity = z.infer<typeof identity>;

export function readIdentity(store: Store): Promise<Identity | undefined> {
  return readOne(store, IDENTITY, identity);
}

/** What enrolment pinned, for whoever begins to trust. */
export function pinnedRootOf({ root, rootSha256, enrolledAt }: Identity): {
  rootBytes: Uint8Array;
  rootSha256: string;
  enrolledAt: number;
} {
  return { rootBytes: fromBase64(root), rootSha256, enrolledAt };
}
