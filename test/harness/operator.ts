import { join } from 'node:path';
import { sha256Hex, verifyPinnedRoot, toBase64 } from '@plumbline/shared/trust';
import type { ModelTrial } from '@plumbline/shared/predict';
import {
  approvePending,
  DEVELOPMENT_POLICY,
  type Approval,
  type Client,
} from '../../fleet-server/src/entry/approver/index.ts';
import type { Device as DeviceView } from '../../fleet-server/src/sites/devices/index.ts';
import { keyPath, readRootBytes, readSigner } from '../../fleet-server/src/supply/keys/index.ts';
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
      const rootBytes = await readRootBytes(keys);
      const root = verifyPinnedRoot(rootBytes, sha256Hex(rootBytes));
      const signer = await readSigner(keyPath(keys, 'approver'));
      return approvePending({ client, trial, root, signer, actor: 'development' }, DEVELOPMENT_POLICY);
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
