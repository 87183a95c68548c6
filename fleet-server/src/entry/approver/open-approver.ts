import type { ModelTrial } from '@plumbline/shared/predict';
import type { MetadataSource, Signer } from '@plumbline/shared/trust';
import type { Client } from './client.ts';
import { metadataSource } from './metadata-source.ts';
import { openTrustFolder, type TrustFolder } from './trust-folder.ts';

/** An approver at work: its key, its own trust, and the server it does not have to believe. */
export interface Approver {
  client: Client;
  source: MetadataSource;
  trial: ModelTrial;
  folder: TrustFolder;
  signer: Signer;
  /** Who signs, for the audit. */
  actor: string;
  /** The approver's own time, ms. */
  now: () => Promise<number>;
}

/**
 * Puts an approver together.
 * @param options `trustFolder` is its own, away from the server; `firstRoot` begins it
 * @throws ApproverError `root_missing`, `root_differs`, `trust_malformed`
 */
export async function openApprover(options: {
  client: Client;
  trial: ModelTrial;
  signer: Signer;
  trustFolder: string;
  firstRoot?: Uint8Array | undefined;
  actor: string;
  now: () => Promise<number>;
}): Promise<Approver> {
  const { client, trial, signer, actor, now } = options;
  const folder = await openTrustFolder(options.trustFolder, options.firstRoot);
  return { client, source: metadataSource(client), trial, folder, signer, actor, now };
}
