import type { MqttClient } from 'mqtt';
import { codeOf, messageOf } from '@plumbline/shared/errors';
import { sleep } from '@plumbline/shared/ports';
import type { Agent, AgentEvent, Clock } from '../../index.ts';
import { backoffDelay } from '../../link/backoff.ts';
import type { Random } from '../../ports/index.ts';
import { answerMessage } from '../../sources/answer-message.ts';
import { bytesOf } from '../link/payload-bytes.ts';
import { connectBroker, readAccess, type BrokerAccess } from './broker-client.ts';
import type { MqttSourceSettings } from './settings.ts';

export interface MqttSourceDeps {
  agent: Pick<Agent, 'predict'>;
  clock: Clock;
  random: Random;
  /** For client ids that stay the same: the broker keeps what comes while this agent is away. */
  device: string;
  ask: { line?: string; top: number };
  event: (event: AgentEvent) => void;
}

const BACKOFF = { firstDelayMs: 1000, maxDelayMs: 60_000 };

/**
 * Records from a broker of the site. A message is acknowledged when its answer has been taken by the broker, one at a
 * time: the queue is the broker's, and after a crash it is delivered and answered again.
 * @returns runs until the signal fires; never rejects
 * @throws NodeAgentError `config_invalid` naming the file that cannot be read
 */
export function openMqttSource(
  deps: MqttSourceDeps,
  settings: MqttSourceSettings,
): (signal: AbortSignal) => Promise<void> {
  const access = readAccess(settings);
  return async (signal) => {
    for (let attempt = 0; !signal.aborted;) {
      try {
        await session(deps, settings, access, signal, () => (attempt = 0));
      } catch (error) {
        const details = { where: 'mqtt-source', problem: codeOf(error), message: messageOf(error) };
        deps.event({ at: deps.clock.now(), code: 'problem', details });
      }
      await sleep(deps.clock, backoffDelay(attempt, deps.random.next(), BACKOFF), signal);
      attempt += 1;
    }
  };
}

const end = (client: MqttClient) => client.endAsync(true).catch(() => undefined);

/** Two connections: while the handler of a message is under way, mqtt.js takes in nothing else, not even an acknowledgement. */
async function session(
  deps: MqttSourceDeps,
  settings: MqttSourceSettings,
  access: BrokerAccess,
  signal: AbortSignal,
  onOpen: () => void,
): Promise<void> {
  const clientId = `plumbline-${deps.device}`;
  await using clients = new AsyncDisposableStack();
  const out = clients.adopt(await connectBroker(settings.url, { ...access, clientId: `${clientId}-out` }), end);
  const take = async (topic: string, payload: Buffer) => {
    const asked = { topic, payload: bytesOf(payload) };
    const { isGood, said } = await answerMessage(deps.agent, asked, { ...deps.ask, asOf: deps.clock.now() });
    const to = isGood ? settings.resultTopic : settings.errorTopic;
    await out.publishAsync(to, JSON.stringify(said), { qos: 1 });
  };
  const options = { ...access, clientId, clean: false };
  const source = clients.adopt(await connectBroker(settings.url, options, take), end);
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  for (const client of [out, source]) {
    client.on('error', reject);
    client.once('close', () => reject(new Error(`${settings.url}: connection closed`)));
  }
  const stop = () => resolve();
  signal.addEventListener('abort', stop, { once: true });
  try {
    await Promise.race([source.subscribeAsync(settings.topic, { qos: 1 }), ended]);
    onOpen();
    await ended;
  } finally {
    signal.removeEventListener('abort', stop);
  }
}
