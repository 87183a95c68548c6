import { createTabletApp } from '../http/index.ts';
import type { SecureContextSource } from './secure-context.ts';
import { listenWeb } from './web-server.ts';

export interface TabletDoor {
  /** By which name people open it; the first of the names. */
  url: string | undefined;
  /** Every origin its pages may come from: those of this door, and those of web servers elsewhere. */
  origins: string[];
  close(): Promise<void>;
}

interface TabletDoorOptions {
  host: string;
  tabletPort: number | undefined;
  tabletOrigins: readonly string[];
  tabletGateways: readonly string[];
  /** Names and addresses this server is known by. */
  names: readonly string[];
  secure: SecureContextSource | undefined;
  /** Where the app finds the server: of the API and of its broker. */
  server: () => { publicUrl: string; webSocketUrl: string };
}

/**
 * The site app on a port of its own, because a port of its own is an origin of its own: nothing of the console's session is
 * within its reach. Without a port only the origins of others count.
 * @throws ListenerError naming `PLUMBLINE_TABLET_PORT`
 */
export async function openTabletDoor(options: TabletDoorOptions): Promise<TabletDoor> {
  const { host, tabletPort, secure, server, tabletGateways, names } = options;
  const others = [...options.tabletOrigins];
  if (tabletPort === undefined) return { url: undefined, origins: others, close: async () => undefined };
  const policy = () => {
    const { publicUrl, webSocketUrl } = server();
    const connect = [publicUrl, webSocketUrl].filter((url) => url !== '').map((url) => new URL(url).origin);
    return { connect: [...connect, ...tabletGateways], isSecure: secure !== undefined };
  };
  const app = createTabletApp(policy);
  const door = await listenWeb(app.fetch, { host, port: tabletPort, secure, setting: 'PLUMBLINE_TABLET_PORT' });
  const scheme = secure === undefined ? 'http' : 'https';
  const own = names.map((name) => `${scheme}://${name.includes(':') ? `[${name}]` : name}:${door.port}`);
  return { url: own[0], origins: [...new Set([...own, ...others])], close: () => door.close() };
}
