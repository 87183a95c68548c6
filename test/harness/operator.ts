import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '@plumbline/shared/trust';
import type { ModelTrial } from '@plumbline/shared/predict';
import {
  approvePending,
  DEVELOPMENT_POLICY,
  openApprover,
  type Approval,
  type Client,
} from '../../fleet-server/src/entry/approver/index.ts';
import type { Device as DeviceView } from '../../fleet-server/src/sites/devices/index.ts';
import { keyFileOf, readSigner, repositoryFile } from '../../fleet-server/src/supply/keys/index.ts';
import type { ModelFile } from './models.ts';

export const SITE = 'north';

/** What people do, over the API as their programs do it. */
export interface Operator {
  client: Client;
  /** Takes a model in; it waits for its second signature. @returns its version */
  submit(model: ModelFile): Promise<string>;
  approve(): Promise<Approval[]>;
  /** Both. */
  publish(model: ModelFile): Promise<string>;
  /** A one-time code for a gateway of the site. */
  code(device: string, tags?: string[]): Promise<string>;
  assign(device: string, line: string, version: string): Promise<{ seq: number; sha256: string }>;
  /** What the server believes of a device. */
  view(device: string): Promise<DeviceView>;
}

/** @param stateDir of the server; the approver's development key lies there, where the server does not look */
export function createOperator(client: Client, stateDir: string, trial: ModelTrial): Operator {
  const keys = join(stateDir, 'keys');
  const operator: Operator = {
    client,
    async submit({ mapping, bytes }) {
      const body = { mapping, model: toBase64(bytes) };
      return (await client.post<{ version: string }>('/api/v1/models', body)).version;
    },
    async approve() {
      const approver = await openApprover({
        client,
        trial,
        signer: await readSigner(join(keys, keyFileOf('approver'))),
        trustFolder: join(keys, 'approver', 'trust'),
        firstRoot: new Uint8Array(await readFile(join(keys, repositoryFile.root(1)))),
        actor: 'development',
        now: async () => Date.now(),
      });
      return approvePending(approver, DEVELOPMENT_POLICY);
    },
    async publish(model) {
      const version = await operator.submit(model);
      const refused = (await operator.approve()).filter((one) => !one.signed);
      if (refused.length > 0) throw new Error(JSON.stringify(refused));
      return version;
    },
    code: async (device, tags = []) =>
      (await client.post<{ code: string }>('/api/v1/tokens', { site: SITE, device, tags })).code,
    assign: (device, line, version) => client.post(`/api/v1/devices/${device}/assignment`, { line, version }),
    view: (device) => client.get(`/api/v1/devices/${device}`),
  };
  return operator;
}
