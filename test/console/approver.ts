import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createProcessTrial } from '@plumbline/agent/node';
import {
  approvePending,
  createClient,
  DEVELOPMENT_POLICY,
  openApprover,
  type Approval,
} from '../../fleet-server/src/entry/approver/index.ts';
import { keyFileOf, readSigner, repositoryFile } from '../../fleet-server/src/supply/keys/index.ts';
import type { Scene } from './scene.ts';

/**
 * Another person signs what waits, with her key file and under her own name: as `plumbline approve` does on her machine.
 * The one place where a signature in the browser would come in.
 */
export async function approveAs(name: string, { as, page, fleet }: Scene): Promise<Approval[]> {
  const operatorToken = await as(name, () => page.evaluate(makeToken));
  const { url, caPem } = fleet.server;
  const keys = join(fleet.stateDir, 'keys');
  const trial = createProcessTrial();
  try {
    const approver = await openApprover({
      client: createClient({ url, operatorToken, ...(caPem && { caPem }) }),
      trial,
      signer: await readSigner(join(keys, keyFileOf('approver'))),
      trustFolder: join(fleet.folder, name, 'trust'),
      firstRoot: new Uint8Array(await readFile(join(keys, repositoryFile.root(1)))),
      actor: name,
      now: async () => Date.now(),
    });
    return await approvePending(approver, DEVELOPMENT_POLICY);
  } finally {
    await trial.close();
  }
}

/** Runs in the page of whoever is signed in there. */
async function makeToken(): Promise<string> {
  const session = (await (await fetch('/api/v1/session')).json()) as { csrf: string; permissions: string[] };
  const headers = { 'content-type': 'application/json', 'x-plumbline-csrf': session.csrf };
  const body = JSON.stringify({ name: `approvals-${Date.now()}`, scopes: session.permissions });
  const made = await fetch('/api/v1/api-tokens', { method: 'POST', headers, body });
  return ((await made.json()) as { token: string }).token;
}
