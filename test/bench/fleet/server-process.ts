import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { join } from 'node:path';
import { keyId } from '@plumbline/shared/trust';
import { createFleetServer, readConfig } from '@plumbline/fleet-server';
import { devices } from '../../../fleet-server/src/platform/db/index.ts';
import { makeDevelopmentKeys } from '../../../fleet-server/src/supply/keys/index.ts';
import { AGENT_VERSION, keyOf, nameOf, PROFILE } from './script.ts';
import { topCosts, topRooms } from './top-costs.ts';

export interface ServerPlan {
  stateDir: string;
  agents: number;
}

export interface Usage {
  peakRssMb: number;
  rssMb: number;
  cpuMs: number;
  /** Messages refused, by code. */
  refused: [string, number][];
  /** Where the time went since the profile began; empty without one. */
  top: string[];
}

const ROWS = 500;

/** A fleet server as `plumbline server` starts it, in plain text on loopback, with so many registered devices. */
process.once('message', (plan: ServerPlan) => {
  serve(plan).catch((error: unknown) => process.send?.({ failed: String(error) }));
});
process.on('disconnect', () => process.exit());

async function serve({ stateDir, agents }: ServerPlan): Promise<void> {
  await makeDevelopmentKeys(join(stateDir, 'keys'), Date.now(), { lines: ['delay'] });
  const server = await createFleetServer(
    readConfig({
      PLUMBLINE_STATE: stateDir,
      PLUMBLINE_DEVELOPMENT: '1',
      PLUMBLINE_PLAIN: '1',
      PLUMBLINE_HTTP_PORT: '0',
      PLUMBLINE_MQTT_PORT: '0',
      PLUMBLINE_LOG_LEVEL: 'error',
    }),
  );
  const rows = Array.from({ length: agents }, (_, number) => {
    const { site, device } = nameOf(number);
    const publicKey = { type: 'ed25519', public: keyOf(device).publicHex } as const;
    return {
      id: device,
      site,
      profile: PROFILE,
      agent: AGENT_VERSION,
      publicKey: JSON.stringify(publicKey),
      keyId: keyId(publicKey),
      tags: JSON.stringify(['light']),
      enrolledAt: Date.now(),
      reportCounter: 0,
      assignedSeq: 0,
    };
  });
  await server.fleet.database.transaction(async (tx) => {
    for (let from = 0; from < rows.length; from += ROWS) await tx.insert(devices).values(rows.slice(from, from + ROWS));
  });
  const session = new Session();
  session.connect();
  let isProfiled = false;
  process.on('message', (message) => void answer(message));
  const answer = async (message: unknown) => {
    if (message === 'end') {
      await server.close();
      process.exit();
    }
    if (message === 'again') return server.mqtt.republish();
    if (message === 'profile') {
      await session.post('Profiler.enable');
      await session.post('Profiler.setSamplingInterval', { interval: 2000 });
      await session.post('Profiler.start');
      isProfiled = true;
      return;
    }
    const profile = isProfiled ? (await session.post('Profiler.stop')).profile : undefined;
    const top = profile === undefined ? [] : [...topCosts(profile), ...topRooms(profile)];
    isProfiled = false;
    const { user, system } = process.cpuUsage();
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0';
    process.send?.({
      peakRssMb: Number(peak) / 1024,
      rssMb: process.memoryUsage.rss() / 1_048_576,
      cpuMs: (user + system) / 1000,
      refused: [...server.mqtt.refused],
      top,
    } satisfies Usage);
  };
  const { publicUrl: url, mqttUrl, operatorToken } = server.fleet;
  process.send?.({ url, mqttUrl, operatorToken });
}
