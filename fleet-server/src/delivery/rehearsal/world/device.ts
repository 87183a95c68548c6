import { createHash } from 'node:crypto';
import {
  createSimulatedDevice,
  createStandInRuntime,
  type Ailment,
  type SimulatedDevice,
} from '@plumbline/agent/simulated';
import type { Host } from '@plumbline/agent/core';
import { resolveProfile } from '@plumbline/firmware-profiles';
import type { Clock, Crypto } from '@plumbline/shared/ports';
import { createMemoryCrypto } from '@plumbline/shared/testing';
import type { Chance, SimulatedBroker } from '@plumbline/shared/testing/world';
import { sha256Hex, toBase64 } from '@plumbline/shared/trust';
import type { DrawnDevice } from '../fleet/draw.ts';
import { CA_PEM } from '../release/desk.ts';
import type { Meter } from './meter.ts';

/** A device of the rehearsal: the agent core on a simulated gateway, with a key of its own. */
export interface RehearsedDevice extends SimulatedDevice {
  drawn: DrawnDevice;
  crypto: Crypto;
  setDiskFull(isFull: boolean): void;
}

export interface DeviceDeps {
  clock: Clock;
  chance: Chance;
  broker: SimulatedBroker;
  meter: Meter;
  root: Uint8Array;
  /** What it suffers from, and with which version. */
  ailment: { how: Ailment; version: string } | undefined;
}

const DAY_MS = 86_400_000;
const PLENTY_BYTES = 2 ** 33;
const RAM_BYTES = 2 ** 32;
/**
 * The defaults of an agent, but for the tick that looks for work: five minutes instead of one, for a rehearsal pays for
 * every tick of every device.
 */
const TIMING = { tickMs: 300_000 };

export function createRehearsedDevice(deps: DeviceDeps, drawn: DrawnDevice): RehearsedDevice {
  const { clock, chance, broker, meter, root, ailment } = deps;
  const crypto = deviceCrypto(chance.branch('key'));
  const disk = { isFull: false };
  const host: Host = {
    freeDiskBytes: async () => (disk.isFull ? 0 : PLENTY_BYTES),
    freeMemoryBytes: async () => RAM_BYTES,
    power: async () => ({ onBattery: false }),
  };
  const device = createSimulatedDevice(
    {
      clock,
      chance,
      broker,
      crypto,
      host,
      runtime: (life) =>
        createStandInRuntime(life, {
          ailmentOf: ({ version }) => (ailment?.version === version ? ailment.how : undefined),
        }),
      witness: meter.witness,
    },
    {
      identity: {
        site: drawn.site,
        device: drawn.id,
        url: 'https://rehearsal',
        mqttUrl: 'mqtts://rehearsal',
        webSocketUrl: 'wss://rehearsal/mqtt',
        rootSha256: sha256Hex(root),
        root: toBase64(root),
        cas: [CA_PEM],
        certificate: { pem: CA_PEM, issuedAt: clock.now(), notAfter: clock.now() + 400 * DAY_MS },
        enrolledAt: clock.now(),
      },
      profile: resolveProfile(drawn.profile),
      agentVersion: drawn.agent,
      timing: TIMING,
    },
  );
  return {
    ...device,
    drawn,
    crypto,
    setDiskFull(isFull) {
      disk.isFull = isFull;
      device.diskFaults.isFull = isFull;
    },
  };
}

/** The key follows from the seed. */
function deviceCrypto(chance: Chance): Crypto {
  return { ...createMemoryCrypto(chance), sha256: digest };
}

/** At the platform's own speed. */
async function digest(bytes: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(createHash('sha256').update(bytes).digest());
}
