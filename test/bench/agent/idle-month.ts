import { setTimeout as pause } from 'node:timers/promises';
import { createAgent, readIdentity } from '@plumbline/agent';
import type { Link } from '../../../agent/src/ports/index.ts';
import { createMqttLink, nodeDecoders } from '@plumbline/agent/node';
import { openNodePorts, profileOf } from '../../../agent/src/node/node-ports.ts';
import { loadDeviceKey } from '../../../agent/src/node/platform/device-key.ts';
import { eventually } from '../../harness/eventually.ts';
import { startCountProxy, type Traffic } from './count-proxy.ts';

/** What one of each costs on the wire, measured between a real agent and a real server over TLS. */
export interface IdleTraffic {
  /** Handshakes, session, subscriptions, desired state, report, site log, goodbye. */
  connect: Traffic;
  /** A keep-alive and its answer. */
  ping: Traffic;
  /** The report and the question for the site log that every interval brings. */
  report: Traffic;
}

const PINGS = 6;
const REPORTS = 10;
const REPORT_EVERY_MS = 1500;

export async function measureIdle(stateFolder: string): Promise<IdleTraffic> {
  const connected = await run(stateFolder, { keepaliveS: 60, reportIntervalMs: 3_600_000, forMs: 0 });
  const pinged = await run(stateFolder, { keepaliveS: 2, reportIntervalMs: 3_600_000, forMs: PINGS * 2000 + 500 });
  const reported = await run(stateFolder, {
    keepaliveS: 60,
    reportIntervalMs: REPORT_EVERY_MS,
    forMs: REPORTS * REPORT_EVERY_MS + 500,
  });
  return {
    connect: connected.whole,
    ping: share(pinged.idle, PINGS),
    report: share(reported.idle, REPORTS),
  };
}

async function run(
  stateFolder: string,
  { keepaliveS, reportIntervalMs, forMs }: { keepaliveS: number; reportIntervalMs: number; forMs: number },
): Promise<{ whole: Traffic; idle: Traffic }> {
  await using open = await openNodePorts({ stateFolder, clock: { kind: 'real' }, inject: [] });
  const { mqttUrl } = (await readIdentity(open.ports.store)) ?? { mqttUrl: '' };
  const at = new URL(mqttUrl);
  await using proxy = await startCountProxy(Number(at.port));
  at.port = String(proxy.port);
  const mqtt = createMqttLink({ deviceKey: () => loadDeviceKey(open.folder.deviceKeyFile), keepaliveS });
  const link: Link = { connect: (asked) => mqtt.connect({ ...asked, endpoints: [at.href] }) };
  const agent = createAgent(
    { ...open.ports, link },
    {
      profile: profileOf(open.folder, undefined),
      agentVersion: '0.1.0',
      decoders: nodeDecoders,
      timing: { firstDelayMs: 1, reportIntervalMs, tickMs: 3_600_000 },
    },
  );
  await agent.start();
  await eventually('the agent is connected', () => agent.state().connected);
  // What follows a connection has come and gone.
  await pause(3000);
  const before = proxy.counted();
  await pause(forMs);
  const idle = minus(proxy.counted(), before);
  await agent.stop();
  return { whole: proxy.counted(), idle };
}

function minus(a: Traffic, b: Traffic): Traffic {
  return { upBytes: a.upBytes - b.upBytes, downBytes: a.downBytes - b.downBytes, segments: a.segments - b.segments };
}

function share({ upBytes, downBytes, segments }: Traffic, count: number): Traffic {
  return { upBytes: upBytes / count, downBytes: downBytes / count, segments: segments / count };
}

const DAYS = 30;
/** IPv4 and TCP with time stamps, of a segment and of the acknowledgement that answers it. */
const HEADER_BYTES = 2 * 52;

/** KB of a month in which nobody works: keep-alives, a report an hour, fresh metadata and one lost connection a day. */
export function monthOf(
  { connect, ping, report }: IdleTraffic,
  keepaliveS: number,
): { dataKb: number; wireKb: number } {
  const days = [
    { of: ping, perDay: 86_400 / keepaliveS },
    { of: report, perDay: 24 },
    // The desired state comes again with the metadata of each day: less than a whole connection, counted as one.
    { of: connect, perDay: 2 },
  ];
  const sum = (cost: (of: Traffic) => number) =>
    (DAYS * days.reduce((total, { of, perDay }) => total + perDay * cost(of), 0)) / 1024;
  return {
    dataKb: sum(({ upBytes, downBytes }) => upBytes + downBytes),
    wireKb: sum(({ upBytes, downBytes, segments }) => upBytes + downBytes + segments * HEADER_BYTES),
  };
}
