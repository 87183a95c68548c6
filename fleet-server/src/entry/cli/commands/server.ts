import type { Command } from 'commander';
import { readConfig } from '../../../config.ts';
import { createFleetServer } from '../../../server.ts';
import type { Global } from '../connection.ts';

interface Flags {
  development?: boolean;
  httpPort?: string;
  mqttPort?: string;
  tabletPort?: string;
  signer?: string;
  plain?: boolean;
  database?: string;
  broker?: string;
}

export function addServer(program: Command): void {
  program
    .command('server')
    .description('run the fleet server until it is told to end')
    .option('--development', 'keys made on the spot: never for a real fleet')
    .option('--plain', 'development: HTTP and MQTT without TLS, on loopback')
    .option('--signer <socket>', 'a signer that runs already; without it one is started as a child')
    .option('--http-port <port>', 'API, enrolment, MQTT over WebSocket on /mqtt (8443); 0 takes a free one')
    .option('--mqtt-port <port>', 'MQTT (8883)')
    .option('--tablet-port <port>', 'the site app for tablets, an origin of its own; without it none is served here')
    .option('--database <url>', 'sqlite:PATH or postgres://…')
    .option('--broker <url>', 'an external broker instead of the embedded one')
    .action(async (flags: Flags, command: Command) => {
      const { state, json } = command.optsWithGlobals<Global>();
      const server = await createFleetServer(readConfig(environmentOf(state, flags)));
      const at = { url: server.url, mqttUrl: server.mqttUrl, tabletUrl: server.tabletUrl, state };
      console.log(json ? JSON.stringify(at) : `fleet server: API ${at.url}, devices ${at.mqttUrl}, state ${state}`);
      if (!json && at.tabletUrl !== undefined) console.log(`site app: ${at.tabletUrl}`);
      if (!json && flags.development) console.log('DEVELOPMENT KEYS: not for a real fleet');
      await stopped();
      await server.close();
    });
}

function environmentOf(state: string, flags: Flags): Record<string, string | undefined> {
  const given = {
    PLUMBLINE_STATE: state,
    PLUMBLINE_DEVELOPMENT: flags.development ? '1' : undefined,
    PLUMBLINE_HTTP_PORT: flags.httpPort,
    PLUMBLINE_MQTT_PORT: flags.mqttPort,
    PLUMBLINE_TABLET_PORT: flags.tabletPort,
    PLUMBLINE_PLAIN: flags.plain ? '1' : undefined,
    PLUMBLINE_SIGNER_SOCKET: flags.signer,
    PLUMBLINE_DATABASE_URL: flags.database,
    PLUMBLINE_BROKER_URL: flags.broker,
  };
  const set = Object.entries(given).filter(([, value]) => value !== undefined);
  return { ...process.env, ...Object.fromEntries(set) };
}

/** Resolves on SIGINT or SIGTERM. */
export function stopped(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}
