import { inflateRawSync } from 'node:zlib';
import { createHash } from 'node:crypto';
import type { Crypto } from '@plumbline/shared/ports';
import {
  createSimulatedDevice,
  type DeviceWitness as WitnessOfDevice,
  type SimulatedDevice as PlainDevice,
  type SimulatedDeviceDeps,
} from '@plumbline/agent/simulated';
import { createMemoryHost, type MemoryHost } from '../../../agent/src/testing/memory-host.ts';
import { mintIdentity } from '../../../agent/src/testing/mint.ts';
import { createInference, createTrial, type ModelWitness } from './models.ts';
import { SIMULATED_PROFILE, TIMING } from './profile.ts';

/** Everything a checker may see of a device from outside its agent. */
export interface DeviceWitness extends WitnessOfDevice, Pick<ModelWitness, 'loading'> {}

export interface SimulatedDevice extends PlainDevice {
  host: MemoryHost;
  /** Hashes of the models that can answer now. */
  openModels(): Set<string>;
}

export type DeviceDeps = Pick<SimulatedDeviceDeps, 'clock' | 'chance' | 'broker' | 'crypto'> & {
  witness: DeviceWitness;
  note: (what: string) => void;
};

/** The one gateway of a world: linear models, and a witness of every one that is loaded. */
export async function createDevice({ witness, ...deps }: DeviceDeps): Promise<SimulatedDevice> {
  const host = createMemoryHost();
  let models: ModelWitness['open'] = new Map();
  const device = createSimulatedDevice(
    {
      ...deps,
      host,
      witness,
      runtime(life) {
        const open: ModelWitness['open'] = new Map();
        models = open;
        life.onEnd(() => open.clear());
        return { inference: createInference(life, { loading: witness.loading, open }), trial: createTrial(life) };
      },
    },
    {
      identity: await mintIdentity(),
      profile: SIMULATED_PROFILE,
      agentVersion: '0.1.0',
      timing: TIMING,
      decoders: { deflate: inflateBounded },
    },
  );
  return { ...device, host, openModels: () => new Set(models.values()) };
}

/** Device key by a seed, digests at the platform's own speed. */
export function createDeviceCrypto(base: Crypto): Crypto {
  return { ...base, sha256: async (bytes) => new Uint8Array(createHash('sha256').update(bytes).digest()) };
}

/** Streams of the platform take turns that no simulated clock orders; this answers at once. */
async function inflateBounded(payload: Uint8Array, maxBytes: number): Promise<Uint8Array> {
  return new Uint8Array(inflateRawSync(payload, { maxOutputLength: maxBytes }));
}
