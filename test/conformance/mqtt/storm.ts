import { connect } from 'node:net';
import {
  createGuard,
  PRODUCTION_LIMITS,
  SPECIFICATION_LIMITS,
} from '../../../fleet-server/src/entry/mqtt/guard/index.ts';
import type { AedesBroker } from '../../../fleet-server/src/platform/adapters/index.ts';
import { isAllowed } from '../../../shared/src/wire/index.ts';
import { createSeededRandom } from '../../../shared/src/testing/index.ts';
import { openMqttBroker } from './broker.ts';
import { mutatedFrame } from './mutate.ts';
import { connectPacket } from './play.ts';
import { openWellBehaved } from './well-behaved.ts';

export interface Storm extends AsyncDisposable {
  broker: AedesBroker;
  /** Sends these frames, each on a connection of its own, and has a message delivered to the good client. */
  blow(first: number, count: number): Promise<void>;
  /** What went wrong in our own process: exceptions nobody caught, messages the good client did not get. */
  failures: string[];
  /** Reasons of the broker, counted. */
  refusals: ReadonlyMap<string, number>;
}

const IN_PARALLEL = 16;
/** One in so many frames comes where a CONNECT is due, and one CONNECT in so many where none is. */
const OUT_OF_ORDER = 16;
const CONNECT_TYPE = 1;

/**
 * Guard and aedes in this process, under mutated frames: a frame is a function of `seed` and its number alone. Half of
 * the connections have the limits of production, half let everything through that the specification allows.
 */
export async function startStorm(seed: number): Promise<Storm> {
  const failures: string[] = [];
  const refusals = new Map<string, number>();
  let connections = 0;
  const broker = await openMqttBroker(SPECIFICATION_LIMITS, {
    guard: () => createGuard((connections += 1) % 2 === 0 ? PRODUCTION_LIMITS : SPECIFICATION_LIMITS),
    policy: {
      authenticate: async (clientId) => ({ clientId }),
      authorize: (action, { clientId }, topic) =>
        isAllowed({ kind: 'device', site: 's1', device: clientId === 'well' ? 'well' : 'd1' }, action, topic),
    },
    onError: ({ message }) => {
      const reason = message.replace(/^(refused: (?:publish on|subscribe to)).*/s, '$1');
      refusals.set(reason, (refusals.get(reason) ?? 0) + 1);
    },
  });
  const well = await openWellBehaved(broker, 'f/s1/well/up/tel', 'f/s1/well/dn/ack');
  const crashed = (error: unknown) => failures.push(`crash: ${error instanceof Error ? error.stack : String(error)}`);
  process.on('uncaughtException', crashed).on('unhandledRejection', crashed);

  async function one(number: number): Promise<void> {
    const random = createSeededRandom(Math.imul(seed, 0x9e3779b1) ^ number);
    const frame = mutatedFrame(random);
    const first = ((frame[0] ?? 0) >> 4 === CONNECT_TYPE) !== (number % OUT_OF_ORDER === 0);
    const hello = first ? Buffer.alloc(0) : connectPacket(4, `d${number % IN_PARALLEL}`);
    const sent = await sendAndLeave(broker.ports().tcp, Buffer.concat([hello, frame]));
    if (!sent) failures.push(`frame ${number} could not be sent`);
  }

  return {
    broker,
    failures,
    refusals,
    async blow(first, count) {
      let next = first;
      const lane = async () => {
        while (next < first + count) await one((next += 1) - 1);
      };
      await Promise.all(Array.from({ length: IN_PARALLEL }, lane));
      if (!(await well.isServed())) failures.push(`good client not served after frame ${first + count}`);
    },
    async [Symbol.asyncDispose]() {
      process.off('uncaughtException', crashed).off('unhandledRejection', crashed);
      well.close();
      await broker.close();
    },
  };
}

/** Says all of it and hangs up; resolves when the connection is gone on both sides, to false if there never was one. */
function sendAndLeave(port: number, bytes: Uint8Array): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' });
    let connected = false;
    socket.on('connect', () => {
      connected = true;
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(connected));
    socket.resume();
    socket.end(bytes);
  });
}
