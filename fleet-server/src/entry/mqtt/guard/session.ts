import { checkConnect } from './connect.ts';
import { GuardError } from './errors.ts';
import { readFields } from './fields.ts';
import {
  CONNECT,
  DISCONNECT,
  packetName,
  PINGREQ,
  PUBACK,
  PUBCOMP,
  PUBLISH,
  PUBREC,
  PUBREL,
  SUBSCRIBE,
  UNSUBSCRIBE,
  type Header,
} from './header.ts';
import type { GuardLimits } from './limits.ts';
import { checkFilterList, checkPublish, checkPublishFlags } from './messages.ts';

/** Judges the packets of one connection in the order they come. Both calls throw GuardError. */
export interface Session {
  /** As soon as the fixed header is known, before anything else is read. */
  header(header: Header): void;
  /** When the packet is whole. */
  packet(header: Header, body: Uint8Array): void;
}

/** Packets a client may send: flags they must carry, and smallest and largest body. */
interface Shape {
  flags: number | undefined;
  least: number;
  most: number;
}

function shapesOf(limits: GuardLimits): ReadonlyMap<number, Shape> {
  const acknowledgement = { flags: 0, least: 2, most: 2 };
  const empty = { flags: 0, least: 0, most: 0 };
  return new Map<number, Shape>([
    [CONNECT, { flags: 0, least: 0, most: limits.maxConnectBytes }],
    // Two bytes each for the length of the topic and the packet id.
    [PUBLISH, { flags: undefined, least: 2, most: limits.maxPayloadBytes + limits.maxTopicBytes + 4 }],
    [PUBACK, acknowledgement],
    [PUBREC, acknowledgement],
    [PUBREL, { ...acknowledgement, flags: 2 }],
    [PUBCOMP, acknowledgement],
    [SUBSCRIBE, { flags: 2, least: 0, most: limits.maxFilterListBytes }],
    [UNSUBSCRIBE, { flags: 2, least: 0, most: limits.maxFilterListBytes }],
    [PINGREQ, empty],
    [DISCONNECT, empty],
  ]);
}

const ONLY_QOS_2 = new Set([PUBREC, PUBREL, PUBCOMP]);

export function createSession(limits: GuardLimits): Session {
  const shapes = shapesOf(limits);
  const inFlight = new Set<number>();
  let phase: 'new' | 'open' | 'ended' = 'new';

  function takeIn({ qos, packetId }: { qos: number; packetId: number }): void {
    if (qos < 2) return;
    inFlight.add(packetId);
    if (inFlight.size > limits.maxInFlight) {
      throw new GuardError('mqtt_in_flight', 'PUBLISH.packetId', `at most ${limits.maxInFlight} without a PUBREL`);
    }
  }

  return {
    header({ type, flags, bodyBytes }) {
      const name = packetName(type);
      const shape = shapes.get(type);
      if (shape === undefined) throw new GuardError('mqtt_type', name, 'a packet that a client sends');
      if (phase === 'new' && type !== CONNECT) throw new GuardError('mqtt_order', name, 'CONNECT first');
      if (phase === 'open' && type === CONNECT) throw new GuardError('mqtt_order', name, 'one CONNECT');
      if (phase === 'ended') throw new GuardError('mqtt_order', name, 'nothing after DISCONNECT');
      if (shape.flags !== undefined && flags !== shape.flags) {
        throw new GuardError('mqtt_flags', `${name}.flags`, `${shape.flags}`);
      }
      if (type === PUBLISH) checkPublishFlags(flags, limits);
      if (limits.maxQos < 2 && ONLY_QOS_2.has(type)) throw new GuardError('mqtt_qos', name, 'QoS 0 or 1');
      if (bodyBytes > shape.most) {
        const code = shape.most > 2 ? 'mqtt_too_large' : 'mqtt_malformed';
        throw new GuardError(code, `${name}.remainingLength`, `at most ${shape.most} bytes`);
      }
      if (bodyBytes < shape.least) {
        throw new GuardError('mqtt_malformed', `${name}.remainingLength`, `${shape.least} bytes`);
      }
    },
    packet({ type, flags }, body) {
      if (type === CONNECT) {
        checkConnect(body, limits);
        phase = 'open';
      } else if (type === PUBLISH) takeIn(checkPublish(flags, body, limits));
      else if (type === SUBSCRIBE) checkFilterList('SUBSCRIBE', body, limits);
      else if (type === UNSUBSCRIBE) checkFilterList('UNSUBSCRIBE', body, limits);
      else if (type === DISCONNECT) phase = 'ended';
      else if (type !== PINGREQ) {
        const packetId = readFields(packetName(type), body).packetId();
        if (type === PUBREL) inFlight.delete(packetId);
      }
    },
  };
}
