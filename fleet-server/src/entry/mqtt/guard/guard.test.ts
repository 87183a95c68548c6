import { array, assert, property, uint8Array } from 'fast-check';
import { generate, type Packet } from 'mqtt-packet';
import { describe, expect, it } from 'vitest';
import { createGuard, GuardError, PRODUCTION_LIMITS, SPECIFICATION_LIMITS, type GuardLimits } from './index.ts';

const CONNECT = generate({
  cmd: 'connect',
  protocolId: 'MQTT',
  protocolVersion: 4,
  clean: true,
  clientId: 'gw-1',
  keepalive: 60,
  username: 'north/gw-1',
  password: Buffer.of(0, 255),
  will: { topic: 'f/north/gw-1/up/status', payload: Buffer.from('dead'), qos: 1, retain: true },
});
const publish = (topic: string, qos: 0 | 1 | 2 = 1, payload = 'x') =>
  generate({ cmd: 'publish', topic, payload, qos, dup: false, retain: false, messageId: 7 });
const numbered = (messageId: number) =>
  generate({ cmd: 'publish', topic: 'a', payload: '', qos: 2, dup: true, retain: false, messageId });
const subscribe = (...filters: string[]) =>
  generate({ cmd: 'subscribe', messageId: 1, subscriptions: filters.map((topic) => ({ topic, qos: 1 as const })) });
const simple = (packet: Packet) => generate(packet);
const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');
/** A packet from its first byte and its body, with the length worked out. */
const packet = (first: number, body: Uint8Array) => {
  expect(body.length).toBeLessThan(128);
  return Buffer.concat([Buffer.of(first, body.length), body]);
};
const text = (value: string | Uint8Array) => {
  const bytes = Buffer.from(value as string);
  return Buffer.concat([Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]);
};

/** Code and field of the refusal after these bytes, in one piece; undefined when all of them pass. */
function refusal(bytes: Uint8Array, limits: GuardLimits = SPECIFICATION_LIMITS) {
  const guard = createGuard(limits);
  const { pass, refusal: refused } = guard.feed(bytes);
  // What was refused stays so; what was not passed as it came.
  const after = refused === undefined ? Buffer.concat(pass).equals(bytes) : guard.feed(CONNECT);
  expect(after).toEqual(refused === undefined ? true : { pass: [], refusal: refused });
  return refused && `${refused.error.code} ${refused.error.field}`;
}
const afterConnect = (bytes: Uint8Array, limits?: GuardLimits) => refusal(Buffer.concat([CONNECT, bytes]), limits);

describe('what a device says passes', () => {
  const DAY: Uint8Array[] = [
    CONNECT,
    subscribe('f/north/gw-1/dn/+'),
    publish('f/north/gw-1/up/tel'),
    publish('f/north/gw-1/up/status', 0, ''),
    publish('f/north/gw-1/up/report', 1, 'x'.repeat(256 * 1024)),
    simple({ cmd: 'puback', messageId: 65_535 }),
    simple({ cmd: 'pingreq' }),
    simple({ cmd: 'unsubscribe', messageId: 2, unsubscriptions: ['f/north/gw-1/dn/+'] }),
    simple({ cmd: 'disconnect' }),
  ];
  const whole = Buffer.concat(DAY);

  it('within the limits of production', () => {
    expect(refusal(whole, PRODUCTION_LIMITS)).toBeUndefined();
  });

  it('in pieces of any size, whole packets at a time', () => {
    const ends = new Set<number>();
    let end = 0;
    for (const one of DAY) ends.add((end += one.length));
    assert(
      property(array(uint8Array({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 30 }), (cuts) => {
        const guard = createGuard(PRODUCTION_LIMITS);
        let passed = 0;
        let at = 0;
        for (let index = 0; at < whole.length; index += 1) {
          // From single bytes to pieces larger than the largest packet.
          const size = 1 + Array.from(cuts[index % cuts.length] ?? []).reduce((sum, byte) => sum * 9 + byte, 0);
          const { pass, refusal: refused } = guard.feed(whole.subarray(at, at + size));
          at += size;
          expect(refused).toBeUndefined();
          for (const piece of pass) {
            expect(whole.subarray(passed, passed + piece.length).equals(Buffer.from(piece))).toBe(true);
            passed += piece.length;
            expect(ends.has(passed)).toBe(true);
          }
        }
        expect(passed).toBe(whole.length);
      }),
      { numRuns: 40 },
    );
  });

  it('by MQTT 3.1 too', () => {
    expect(refusal(packet(0x10, Buffer.concat([text('MQIsdp'), hex('03 02 000a'), text('p')])))).toBeUndefined();
  });

  it('with QoS 2, where the limits let it', () => {
    const both = Buffer.concat([publish('a', 2), simple({ cmd: 'pubrel', messageId: 7 })]);
    expect(afterConnect(both)).toBeUndefined();
    expect(afterConnect(both, PRODUCTION_LIMITS)).toBe('mqtt_qos PUBLISH.qos');
  });
});

describe('a header is refused', () => {
  const PACKETS: [string, string, string][] = [
    ['of a reserved type', '00 00', 'mqtt_type RESERVED_0'],
    ['of the other reserved type', 'f0 00', 'mqtt_type RESERVED_15'],
    ['of a CONNACK', '20 02 0000', 'mqtt_type CONNACK'],
    ['of a SUBACK', '90 03 000100', 'mqtt_type SUBACK'],
    ['of an UNSUBACK', 'b0 02 0001', 'mqtt_type UNSUBACK'],
    ['of a PINGRESP', 'd0 00', 'mqtt_type PINGRESP'],
    ['of a second CONNECT', '10 00', 'mqtt_order CONNECT'],
    ['with reserved flags', 'c1 00', 'mqtt_flags PINGREQ.flags'],
    ['of a SUBSCRIBE without its flag', '80 06 1234 0001 70 00', 'mqtt_flags SUBSCRIBE.flags'],
    ['of a PUBREL without its flag', '60 02 0001', 'mqtt_flags PUBREL.flags'],
    ['with a fifth length byte', 'c0 80808080 01', 'mqtt_length PINGREQ.remainingLength'],
    ['with a length longer than it needs to be', 'c0 80 00', 'mqtt_length PINGREQ.remainingLength'],
    ['of a PINGREQ with a body', 'c0 01 00', 'mqtt_malformed PINGREQ.remainingLength'],
    ['of a PUBACK that is too short', '40 01 00', 'mqtt_malformed PUBACK.remainingLength'],
    ['of a PUBACK that is too long', '40 03 000100', 'mqtt_malformed PUBACK.remainingLength'],
    ['with QoS 3', '36 05 0001 61 0001', 'mqtt_qos PUBLISH.qos'],
    ['with DUP and QoS 0', '38 03 0001 61', 'mqtt_flags PUBLISH.dup'],
  ];
  it.each(PACKETS)('%s', (_, bytes, expected) => {
    expect(afterConnect(hex(bytes))).toBe(expected);
  });

  it.each(['30 03 0001 61', 'c0 00', 'e0 00', '82 06 1234 0001 70 00'])('of %s before a CONNECT', (bytes) => {
    expect(refusal(hex(bytes))).toMatch(/^mqtt_order /);
  });

  it('after a DISCONNECT', () => {
    expect(afterConnect(hex('e000 c000'))).toBe('mqtt_order PINGREQ');
  });

  it.each([
    ['a CONNECT of 8 KB and a byte', Buffer.alloc(0), '10 8140', 'mqtt_too_large CONNECT.remainingLength'],
    ['a CONNECT of 120 MB', Buffer.alloc(0), '10 80f09b39', 'mqtt_too_large CONNECT.remainingLength'],
    ['a PUBLISH of 1 MB', CONNECT, '32 808040', 'mqtt_too_large PUBLISH.remainingLength'],
    ['a SUBSCRIBE of 8 KB and a byte', CONNECT, '82 8140', 'mqtt_too_large SUBSCRIBE.remainingLength'],
  ])('of %s, before its body', (_, before, header, expected) => {
    expect(refusal(Buffer.concat([before, hex(header)]), PRODUCTION_LIMITS)).toBe(expected);
  });
});

describe('a CONNECT is refused', () => {
  const connect = (protocol: string, fixed: string, ...texts: (string | Uint8Array)[]) =>
    packet(0x10, Buffer.concat([text(protocol), hex(fixed), ...texts.map(text)]));
  const CONNECTS: [string, Uint8Array, string][] = [
    ['with another protocol', connect('MQTU', '04 02 000a', 'p'), 'mqtt_protocol CONNECT.protocol'],
    ['with an inherited protocol', connect('constructor', '04 02 000a', 'p'), 'mqtt_protocol CONNECT.protocol'],
    ['with the level of the other name', connect('MQTT', '03 02 000a', 'p'), 'mqtt_protocol CONNECT.level'],
    ['with MQTT 5', connect('MQTT', '05 02 000a 00', 'p'), 'mqtt_protocol CONNECT.level'],
    ['with the bridge bit', connect('MQTT', '84 02 000a', 'p'), 'mqtt_protocol CONNECT.level'],
    ['with the reserved flag', connect('MQTT', '04 03 000a', 'p'), 'mqtt_flags CONNECT.flags'],
    ['with a will QoS and no will', connect('MQTT', '04 0a 000a', 'p'), 'mqtt_flags CONNECT.flags'],
    ['with a retained will and no will', connect('MQTT', '04 22 000a', 'p'), 'mqtt_flags CONNECT.flags'],
    ['with will QoS 3', connect('MQTT', '04 1e 000a', 'p', 't', 'm'), 'mqtt_qos CONNECT.willQos'],
    ['with a password and no user', connect('MQTT', '04 42 000a', 'p', 's'), 'mqtt_flags CONNECT.flags'],
    ['with a will that is not there', connect('MQTT', '04 06 000a', 'p'), 'mqtt_malformed CONNECT.willTopic'],
    ['with half a will', connect('MQTT', '04 06 000a', 'p', 't'), 'mqtt_malformed CONNECT.willPayload'],
    ['with a will to everyone', connect('MQTT', '04 06 000a', 'p', 'f/#', 'm'), 'mqtt_topic CONNECT.willTopic'],
    ['with a will to the broker', connect('MQTT', '04 06 000a', 'p', '$SYS/x', 'm'), 'mqtt_topic CONNECT.willTopic'],
    ['with a user that is not there', connect('MQTT', '04 82 000a', 'p'), 'mqtt_malformed CONNECT.username'],
    ['with a NUL in the user', connect('MQTT', '04 82 000a', 'p', 'a\0'), 'mqtt_text CONNECT.username'],
    ['with more than it says', connect('MQTT', '04 02 000a', 'p', 's'), 'mqtt_malformed CONNECT.end'],
    ['without an id and without a clean session', connect('MQTT', '04 00 000a', ''), 'mqtt_client_id CONNECT.clientId'],
    ['without an id in MQTT 3.1', connect('MQIsdp', '03 02 000a', ''), 'mqtt_client_id CONNECT.clientId'],
    [
      'with 24 letters of id in MQTT 3.1',
      connect('MQIsdp', '03 02 000a', 'a'.repeat(24)),
      'mqtt_client_id CONNECT.clientId',
    ],
    ['without anything', hex('10 00'), 'mqtt_malformed CONNECT.protocol'],
  ];
  it.each(CONNECTS)('%s', (_, bytes, expected) => {
    expect(refusal(bytes)).toBe(expected);
  });

  it.each([
    ['a will of QoS 2', connect('MQTT', '04 16 000a', 'p', 't', 'm'), 'mqtt_qos CONNECT.willQos'],
    ['no id', connect('MQTT', '04 02 000a', ''), 'mqtt_client_id CONNECT.clientId'],
    ['a silence without end', connect('MQTT', '04 02 0000', 'p'), 'mqtt_keep_alive CONNECT.keepAlive'],
    ['a silence of eighteen hours', connect('MQTT', '04 02 ffff', 'p'), 'mqtt_keep_alive CONNECT.keepAlive'],
  ])('with %s in production only', (_, bytes, expected) => {
    expect(refusal(bytes)).toBeUndefined();
    expect(refusal(bytes, PRODUCTION_LIMITS)).toBe(expected);
  });

  it.each([
    ['level', connect('MQTT', '02 02 000a', 'p'), [0x20, 2, 0, 1]],
    ['id', connect('MQIsdp', '03 02 000a', ''), [0x20, 2, 0, 2]],
  ])('with an answer that says it was the %s', (_, bytes, answer) => {
    expect([...(createGuard(SPECIFICATION_LIMITS).feed(bytes).refusal?.answer ?? [])]).toEqual(answer);
  });
});

describe('text is refused', () => {
  const TEXTS: [string, string][] = [
    ['NUL', '610062'],
    ['a control character', '611f62'],
    ['DEL', '617f62'],
    ['a C1 control character', '61c29f62'],
    ['half a surrogate pair', 'eda080'],
    ['a surrogate pair', 'eda080edb080'],
    ['an overlong /', 'c0af'],
    ['an overlong NUL', 'e08080'],
    ['a code point above U+10FFFF', 'f4908080'],
    ['a character that was cut', '61e282'],
    ['a continuation without a beginning', '8061'],
    ['U+FFFF', 'efbfbf'],
    ['U+FDD0', 'efb790'],
  ];
  it.each(TEXTS)('with %s', (_, bytes) => {
    expect(afterConnect(packet(0x30, text(hex(bytes))))).toBe('mqtt_text PUBLISH.topic');
  });

  it('but not for being foreign', () => {
    expect(afterConnect(publish('chantier/é/現場/👷/\uFEFFx'))).toBeUndefined();
  });
});

describe('a message or subscription is refused', () => {
  const PACKETS: [string, Uint8Array, string][] = [
    ['to no topic', packet(0x30, text('')), 'mqtt_topic PUBLISH.topic'],
    ['to a wildcard', packet(0x30, text('a/+/b')), 'mqtt_topic PUBLISH.topic'],
    ['to everything', packet(0x30, text('#')), 'mqtt_topic PUBLISH.topic'],
    ['to the broker itself', packet(0x30, text('$SYS/x')), 'mqtt_topic PUBLISH.topic'],
    ['with packet id 0', packet(0x32, Buffer.concat([text('a'), hex('0000')])), 'mqtt_packet_id PUBLISH.packetId'],
    ['that acknowledges packet 0', hex('40 02 0000'), 'mqtt_packet_id PUBACK.packetId'],
    ['whose packet id is missing', packet(0x32, text('a')), 'mqtt_malformed PUBLISH.packetId'],
    ['whose topic is cut', hex('30 04 000a 6161'), 'mqtt_malformed PUBLISH.topic'],
    ['to nothing at all', hex('82 02 0001'), 'mqtt_malformed SUBSCRIBE.filters[0]'],
    ['to an empty filter', hex('82 05 0001 0000 00'), 'mqtt_filter SUBSCRIBE.filters[0]'],
    ['to a second filter that is empty', hex('82 09 0001 0001 70 00 0000 00'), 'mqtt_filter SUBSCRIBE.filters[1]'],
    ['without its QoS', hex('82 05 0001 0001 70'), 'mqtt_malformed SUBSCRIBE.filters[0].qos'],
    ['with QoS 3', hex('82 06 0001 0001 70 03'), 'mqtt_qos SUBSCRIBE.filters[0].qos'],
    ['with reserved QoS bits', hex('82 06 0001 0001 70 80'), 'mqtt_qos SUBSCRIBE.filters[0].qos'],
    ['with packet id 0', hex('82 06 0000 0001 70 00'), 'mqtt_packet_id SUBSCRIBE.packetId'],
    ['whose end has no packet id', hex('a2 00'), 'mqtt_malformed UNSUBSCRIBE.packetId'],
    ['whose end names nothing', hex('a2 02 0001'), 'mqtt_malformed UNSUBSCRIBE.filters[0]'],
  ];
  it.each(PACKETS)('%s', (_, bytes, expected) => {
    expect(afterConnect(bytes)).toBe(expected);
  });

  it.each(['a/#/b', 'a#', '#a', 'a/b#', '++', 'a+', 'a/+b/c', '#/'])('to the filter %s', (filter) => {
    expect(afterConnect(subscribe('ok', filter))).toBe('mqtt_filter SUBSCRIBE.filters[1]');
  });

  it.each(['#', '+', 'a/#', '+/+/#', '/', '/a', 'a//b'])('but not to %s', (filter) => {
    expect(afterConnect(subscribe(filter))).toBeUndefined();
  });

  it('in production with nine levels, a long topic, $SYS or seventeen filters', () => {
    const nine = 'a/b/c/d/e/f/g/h/i';
    expect(afterConnect(publish(nine), PRODUCTION_LIMITS)).toBe('mqtt_topic PUBLISH.topic');
    expect(afterConnect(subscribe(nine), PRODUCTION_LIMITS)).toBe('mqtt_filter SUBSCRIBE.filters[0]');
    expect(afterConnect(publish('a'.repeat(257)), PRODUCTION_LIMITS)).toBe('mqtt_topic PUBLISH.topic');
    expect(afterConnect(subscribe('$SYS/#'), PRODUCTION_LIMITS)).toBe('mqtt_filter SUBSCRIBE.filters[0]');
    expect(afterConnect(subscribe(...nine.repeat(2).slice(0, 17)), PRODUCTION_LIMITS)).toMatch(/^mqtt_filter/);
    expect(afterConnect(publish('a', 1, 'x'.repeat(256 * 1024 + 1)), PRODUCTION_LIMITS)).toBe(
      'mqtt_too_large PUBLISH.payload',
    );
  });

  it('when too many of QoS 2 are half done; one that is done, or sent again, makes no difference', () => {
    const guard = createGuard({ ...SPECIFICATION_LIMITS, maxInFlight: 3 });
    guard.feed(CONNECT);
    for (const id of [1, 2, 3, 2, 3]) expect(guard.feed(numbered(id)).refusal).toBeUndefined();
    expect(guard.feed(simple({ cmd: 'pubrel', messageId: 2 })).refusal).toBeUndefined();
    expect(guard.feed(numbered(4)).refusal).toBeUndefined();
    expect(guard.feed(numbered(5)).refusal?.error.code).toBe('mqtt_in_flight');
  });
});

describe('the guard', () => {
  it('lets pass what was good before it refuses', () => {
    const { pass, refusal: refused } = createGuard(SPECIFICATION_LIMITS).feed(
      Buffer.concat([CONNECT, hex('c000 d000')]),
    );
    expect(Buffer.concat(pass).equals(Buffer.concat([CONNECT, hex('c000')]))).toBe(true);
    expect(refused?.error).toBeInstanceOf(GuardError);
    expect(refused?.error.message).toBe('refused: PINGRESP, expected a packet that a client sends');
  });

  it('holds at most one packet, and no more than twice what came of it', () => {
    const guard = createGuard(PRODUCTION_LIMITS);
    const large = publish('f/north/gw-1/up/report', 1, 'x'.repeat(256 * 1024));
    guard.feed(CONNECT);
    guard.feed(large.subarray(0, 5));
    expect(guard.heldBytes()).toBeLessThan(300);
    for (let at = 5; at < large.length - 1; at += 31) {
      guard.feed(large.subarray(at, Math.min(at + 31, large.length - 1)));
      expect(guard.heldBytes()).toBeLessThanOrEqual(Math.min(large.length, Math.max(300, 2 * (at + 31))));
    }
    expect(guard.feed(large.subarray(-1)).pass).toHaveLength(1);
    expect(guard.heldBytes()).toBe(0);
  });

  it('answers any bytes at all with a verdict', () => {
    assert(
      property(array(uint8Array({ maxLength: 40 }), { maxLength: 6 }), (pieces) => {
        const guard = createGuard(SPECIFICATION_LIMITS);
        guard.feed(CONNECT);
        for (const piece of pieces) guard.feed(piece);
      }),
      { numRuns: 2_000 },
    );
  });
});
