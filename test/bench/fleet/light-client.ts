import { createHash } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { createConnectToken } from '@plumbline/shared/trust';
import { decodeFrame, downFilter, encodeFrame, upTopic } from '@plumbline/shared/wire';
import {
  connectPacket,
  createReader,
  PINGREQ,
  pubackPacket,
  publishBytes,
  publishPacket,
  subscribePacket,
} from './packets.ts';
import { keyOf, nameOf, signWith, type Counts, type FleetPlan, type Said } from './script.ts';

/** A device that says what a real agent said, on a real socket: it asks for every block and checks every hash. */
export interface LightClient {
  /** Connects, subscribes, says hello. */
  start(): Promise<void>;
  /** Resolves when the assignment came. */
  desired: Promise<void>;
  /** Resolves when its last word was taken. */
  done: Promise<void>;
  ping(): void;
  end(): void;
}

export interface Totals extends Counts {
  hashesChecked: number;
  hashesWrong: number;
  /** Messages that named an assignment. */
  desired: number;
}

const ADDRESSES = 100;

export function createLightClient(number: number, { port, script, side }: FleetPlan, totals: Totals): LightClient {
  const { site, device } = nameOf(number);
  const nonce = `nonce${String(number).padStart(11, '0')}`;
  const desired = Promise.withResolvers<void>();
  const done = Promise.withResolvers<void>();
  /** By packet number. */
  const taken = new Map<number, () => void>();
  let answered: ((payload: Buffer) => void) | undefined;
  let socket: Socket | undefined;
  let lastId = 0;
  let seq = 0;
  let reports = 0;
  let isTold = false;

  const request = (make: (id: number) => Buffer): Promise<void> =>
    new Promise((resolve) => {
      lastId = (lastId % 65_535) + 1;
      taken.set(lastId, resolve);
      socket?.write(make(lastId));
    });
  const say = async (said: Said) => {
    const topic = upTopic(site, device, said.channel);
    const payload = side === 'ours' ? own(said) : sized(said);
    const answer = said.answerBytes > 0 ? new Promise<Buffer>((resolve) => (answered = resolve)) : undefined;
    totals.messagesUp += 1;
    totals.bytesUp += publishBytes(topic, payload.length);
    await request((id) => publishPacket(topic, payload, id, said.retain));
    if (answer !== undefined && said.channel === 'req') return answer;
    return undefined;
  };

  /** The recorded message, with what is this device's own. */
  const own = ({ channel, payload }: Said): Uint8Array => {
    const frame = Buffer.from(payload, 'base64');
    if (channel === 'req' || channel === 'site') return frame;
    const message = decodeFrame(frame) as Record<string, unknown>;
    // As the agent sent it: deflated where it deflates.
    const compress = frame[1] === 1;
    if (channel === 'tel')
      return encodeFrame({ ...message, stream: `${device}-${String(message['class'])}` }, { compress });
    if (channel === 'status') return encodeFrame({ ...message, nonce, at: Date.now() });
    reports += 1;
    const models = (message['models'] as { target?: object }[]).map((model) =>
      model.target === undefined ? model : { ...model, target: { ...model.target, assignmentSeq: seq } },
    );
    const assignmentSeq = message['assignmentSeq'] === 0 ? 0 : seq;
    return encodeFrame({ ...message, nonce, counter: reports, at: Date.now(), assignmentSeq, models }, { compress });
  };

  const update = async () => {
    const pieces = new Map<string, Uint8Array[]>();
    for (const said of script.update) {
      const answer = await say(said);
      if (answer === undefined || side === 'bare') continue;
      const { ref, bytes } = decodeFrame(answer) as { ref: { sha256?: string }; bytes?: Uint8Array };
      if (ref.sha256 === undefined || bytes === undefined) continue;
      pieces.set(ref.sha256, [...(pieces.get(ref.sha256) ?? []), bytes]);
    }
    for (const [sha256, parts] of pieces) {
      totals.hashesChecked += 1;
      if (createHash('sha256').update(Buffer.concat(parts)).digest('hex') !== sha256) totals.hashesWrong += 1;
    }
    done.resolve();
  };
  const hear = (topic: string, payload: Buffer) => {
    totals.messagesDown += 1;
    totals.bytesDown += publishBytes(topic, payload.length);
    const channel = topic.slice(topic.lastIndexOf('/') + 1);
    if (channel === 'blk') return answered?.(payload);
    if (channel !== 'desired') return;
    totals.desired += 1;
    if (isTold) return;
    isTold = true;
    if (side === 'ours') {
      const { assignment } = decodeFrame(payload) as { assignment: Uint8Array };
      seq = Number(/"seq":(\d+)/.exec(Buffer.from(assignment).toString())?.[1] ?? 0);
    }
    desired.resolve();
    void update();
  };

  return {
    desired: desired.promise,
    done: done.promise,
    async start() {
      const { key, publicHex } = keyOf(device);
      const publicKey = { type: 'ed25519', public: publicHex } as const;
      const password = await createConnectToken(
        { site, device, key: publicKey, sign: signWith(key) },
        Date.now(),
        nonce,
      );
      const connected = Promise.withResolvers<void>();
      // A gate counts by address, as if each of a hundred were a network of its own.
      const localAddress = `127.0.1.${(number % ADDRESSES) + 1}`;
      socket = connect({ host: '127.0.0.1', port, localAddress, noDelay: true });
      socket.on('error', connected.reject);
      socket.on('close', () => connected.reject(new Error(`${device} was cut off`)));
      socket.on(
        'data',
        createReader((packet) => {
          if (packet.type === 'connack') {
            if (packet.code === 0) connected.resolve();
            else connected.reject(new Error(`${device} was refused: ${packet.code}`));
          } else if (packet.type === 'publish') {
            if (packet.id !== undefined) socket?.write(pubackPacket(packet.id));
            hear(packet.topic, packet.payload);
          } else if (packet.type !== 'pingresp') {
            taken.get(packet.id)?.();
            taken.delete(packet.id);
          }
        }),
      );
      const will = {
        topic: upTopic(site, device, 'status'),
        payload: encodeFrame({ status: 'death', nonce, at: Date.now() }),
      };
      socket.write(connectPacket({ clientId: device, username: `${site}/${device}`, password, will }));
      await connected.promise;
      await request((id) => subscribePacket(downFilter(site, device), id));
      for (const said of script.connect) await say(said);
    },
    ping: () => void socket?.write(PINGREQ),
    end: () => void socket?.destroy(),
  };
}

/** As many bytes, which begin with the size of the answer. */
function sized({ payload, answerBytes }: Said): Uint8Array {
  const bytes = Buffer.alloc(Math.max(4, Buffer.byteLength(payload, 'base64')));
  bytes.writeUInt32BE(answerBytes);
  return bytes;
}
