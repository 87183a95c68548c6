import { GuardError, type GuardErrorCode } from './errors.ts';
import { readFields } from './fields.ts';
import type { GuardLimits } from './limits.ts';
import { checkTopic } from './topics.ts';

/** Protocol names and the level each stands for: 3.1 and 3.1.1. */
const LEVELS: Readonly<Record<string, number>> = { MQIsdp: 3, MQTT: 4 };
/** Longest client id in MQTT 3.1. */
const OLD_CLIENT_ID_BYTES = 23;

const RESERVED = 0x01;
const CLEAN = 0x02;
const WILL = 0x04;
const WILL_QOS = 0x18;
const WILL_RETAIN = 0x20;
const PASSWORD = 0x40;
const USERNAME = 0x80;

const connack = (returnCode: number) => Uint8Array.of(0x20, 2, 0, returnCode);
const UNACCEPTABLE_LEVEL = connack(1);
const IDENTIFIER_REJECTED = connack(2);

/** A CONNECT by section 3.1 of MQTT 3.1.1. @throws GuardError */
export function checkConnect(body: Uint8Array, limits: GuardLimits): void {
  const fields = readFields('CONNECT', body);
  const protocol = fields.text('protocol');
  const expectedLevel = Object.hasOwn(LEVELS, protocol) ? LEVELS[protocol] : undefined;
  if (expectedLevel === undefined) refuse('mqtt_protocol', 'protocol', 'MQTT or MQIsdp');
  const level = fields.byte('level');
  const flags = fields.byte('flags');
  const keepAlive = fields.number('keepAlive');
  // Up to here all versions agree; what comes next in an unknown one is unknown.
  if (level !== expectedLevel) refuse('mqtt_protocol', 'level', `${expectedLevel}`, UNACCEPTABLE_LEVEL);
  checkFlags(flags, limits);
  const { maxKeepAliveSeconds = 65_535 } = limits;
  if (keepAlive > maxKeepAliveSeconds || (keepAlive === 0 && limits.maxKeepAliveSeconds !== undefined)) {
    refuse('mqtt_keep_alive', 'keepAlive', `1 to ${maxKeepAliveSeconds} s`);
  }

  const clientId = fields.text('clientId');
  if (flags & WILL) {
    checkTopic(fields.text('willTopic'), 'CONNECT.willTopic', limits);
    fields.binary('willPayload');
  }
  if (flags & USERNAME) fields.text('username');
  if (flags & PASSWORD) fields.binary('password');
  fields.end();

  const longest = level === 3 ? Math.min(OLD_CLIENT_ID_BYTES, limits.maxClientIdBytes) : limits.maxClientIdBytes;
  const idBytes = Buffer.byteLength(clientId);
  const mayBeEmpty = limits.emptyClientId && level === 4 && (flags & CLEAN) !== 0;
  if (idBytes > longest || (idBytes === 0 && !mayBeEmpty)) {
    refuse('mqtt_client_id', 'clientId', `1 to ${longest} bytes`, IDENTIFIER_REJECTED);
  }
}

function refuse(code: GuardErrorCode, name: string, expected: string, answer?: Uint8Array): never {
  throw new GuardError(code, `CONNECT.${name}`, expected, answer);
}

function checkFlags(flags: number, limits: GuardLimits): void {
  if (flags & RESERVED) refuse('mqtt_flags', 'flags', 'bit 0 clear');
  const willQos = (flags & WILL_QOS) >> 3;
  if (willQos === 3) refuse('mqtt_qos', 'willQos', '0 to 2');
  if (willQos > limits.maxQos) refuse('mqtt_qos', 'willQos', `0 to ${limits.maxQos}`);
  if (!(flags & WILL) && flags & (WILL_QOS | WILL_RETAIN)) refuse('mqtt_flags', 'flags', 'no will bits without a will');
  if (flags & PASSWORD && !(flags & USERNAME)) refuse('mqtt_flags', 'flags', 'no password without a user name');
}
