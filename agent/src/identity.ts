import { fromBase64, verifyPinnedRoot, type RootDocument } from '@plumbline/shared/trust';
import { z } from 'zod';
import type { Store } from './ports/index.ts';
import { readOne } from './store/json.ts';
import { IDENTITY } from './store/keys.ts';

/** Who this device is and whom it trusts: written once, by enrolment. */
export const identity = z.strictObject({
  site: z.string(),
  device: z.string(),
  mqttUrl: z.string(),
  rootSha256: z.string(),
  /** Exact bytes of the root document, base64. */
  root: z.string(),
});

export type Identity = z.infer<typeof identity>;

export function readIdentity(store: Store): Promise<Identity | undefined> {
  return readOne(store, IDENTITY, identity);
}

/** @throws TrustError when the stored root is not the pinned one */
export function rootOf({ root, rootSha256 }: Identity): RootDocument {
  return verifyPinnedRoot(fromBase64(root), rootSha256);
}
