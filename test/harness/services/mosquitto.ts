import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { firstExecutable, freePort, startUntil, stopChild, type Found } from './child.ts';

export interface Mosquitto {
  /** `mqtt://127.0.0.1:<port>` and the same broker over WebSocket. */
  url: string;
  webSocketUrl: string;
  stop(): Promise<void>;
  /** The same ports again after a `stop`; retained messages are those it had saved. */
  start(): Promise<void>;
  /** Stops it and removes its folder. */
  remove(): Promise<void>;
}

/** Where Mosquitto is, or why it is not. */
export function findMosquitto(): Found<string> {
  const folders = ['/usr/sbin', '/usr/local/sbin', ...(process.env['PATH'] ?? '').split(delimiter)];
  const service = firstExecutable(folders.map((folder) => join(folder, 'mosquitto')));
  return service === undefined ? { service: null, reason: 'mosquitto is not installed' } : { service };
}

/** A Mosquitto of its own on free ports that lets everyone do everything, with its state in a temporary folder. */
export async function startMosquitto(): Promise<Found<Mosquitto>> {
  const found = findMosquitto();
  if (found.service === null) return found;
  const command = found.service;
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-mosquitto-'));
  const [port, webSocketPort] = [await freePort(), await freePort()];
  const config = join(folder, 'mosquitto.conf');
  await writeFile(
    config,
    [
      'per_listener_settings false',
      'allow_anonymous true',
      'persistence true',
      `persistence_location ${folder}/`,
      'log_dest stderr',
      // As root it would otherwise change to a user who cannot write the folder.
      ...(process.getuid?.() === 0 ? ['user root'] : []),
      `listener ${port} 127.0.0.1`,
      `listener ${webSocketPort} 127.0.0.1`,
      'protocol websockets',
      '',
    ].join('\n'),
  );
  const launch = () => startUntil(/mosquitto version \S+ running/, command, ['-c', config], { cwd: folder });
  let child = await launch();
  const mosquitto: Mosquitto = {
    url: `mqtt://127.0.0.1:${port}`,
    webSocketUrl: `ws://127.0.0.1:${webSocketPort}`,
    stop: () => stopChild(child, 'SIGTERM'),
    async start() {
      child = await launch();
    },
    async remove() {
      await mosquitto.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return { service: mosquitto };
}
