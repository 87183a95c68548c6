import { pino } from 'pino';
import type { Attach } from '../../../delivery/rehearsal/index.ts';
import type { Fleet } from '../../fleet.ts';
import { attachMqtt } from '../../mqtt/index.ts';
import { createUpkeep } from '../../upkeep.ts';
import { createEventFeed } from '../../webhooks/index.ts';

/** The transport and the upkeep of a real server, for the server of a rehearsal. Nobody else can reach it. */
export const attachRehearsal: Attach = (server) => {
  const fleet: Fleet = {
    ...server,
    events: createEventFeed(server),
    webhookRules: { allow: [], development: false },
    lab: {
      run: unused,
      race: unused,
      hold: () => ({ run: unused, close: async () => undefined }),
      close: async () => undefined,
    },
    log: pino({ enabled: false }),
    publicUrl: 'https://rehearsal',
    mqttUrl: 'mqtts://rehearsal',
    webSocketUrl: 'wss://rehearsal/mqtt',
    operatorToken: '',
    auditKey: '',
  };
  const { republish, idle } = attachMqtt(fleet);
  return { republish, idle, look: createUpkeep(fleet).look };
};

function unused(): Promise<never> {
  return Promise.reject(new Error('a rehearsal runs no models on the server'));
}
