import { sha256Hex, verifyPinnedRoot, type RootDocument, type Signer } from '@plumbline/shared/trust';
import { keyPath, readRootBytes } from './development.ts';
import { readSigner } from './key-file.ts';

/** What the server may sign with. The approver's key is not among them: the server alone can release nothing. */
export interface ServerKeys {
  root: RootDocument;
  rootBytes: Uint8Array;
  rootSha256: string;
  director: Signer;
  builder: Signer;
}

export async function readServerKeys(folder: string): Promise<ServerKeys> {
  const rootBytes = await readRootBytes(folder);
  const rootSha256 = sha256Hex(rootBytes);
  return {
    root: verifyPinnedRoot(rootBytes, rootSha256),
    rootBytes,
    rootSha256,
    director: await readSigner(keyPath(folder, 'director')),
    builder: await readSigner(keyPath(folder, 'builder')),
  };
}
