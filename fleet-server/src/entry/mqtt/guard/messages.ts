import { GuardError } from './errors.ts';
import { readFields } from './fields.ts';
import type { GuardLimits } from './limits.ts';
import { checkFilter, checkTopic } from './topics.ts';

const RETRY = 0x08;

export interface Published {
  qos: number;
  /** 0 where the packet has none. */
  packetId: number;
}

/** A PUBLISH by section 3.3. @throws GuardError */
export function checkPublish(flags: number, body: Uint8Array, limits: GuardLimits): Published {
  const qos = (flags >> 1) & 3;
  const fields = readFields('PUBLISH', body);
  checkTopic(fields.text('topic'), 'PUBLISH.topic', limits);
  const packetId = qos === 0 ? 0 : fields.packetId();
  if (fields.left() > limits.maxPayloadBytes) {
    throw new GuardError('mqtt_too_large', 'PUBLISH.payload', `at most ${limits.maxPayloadBytes} bytes`);
  }
  return { qos, packetId };
}

/** What the flags of a PUBLISH alone tell. @throws GuardError */
export function checkPublishFlags(flags: number, limits: GuardLimits): void {
  const qos = (flags >> 1) & 3;
  if (qos === 3) throw new GuardError('mqtt_qos', 'PUBLISH.qos', '0 to 2');
  if (qos > limits.maxQos) throw new GuardError('mqtt_qos', 'PUBLISH.qos', `0 to ${limits.maxQos}`);
  if (qos === 0 && flags & RETRY) throw new GuardError('mqtt_flags', 'PUBLISH.dup', '0 with QoS 0');
}

/** A SUBSCRIBE (section 3.8) or, without QoS bytes, an UNSUBSCRIBE (section 3.10). @throws GuardError */
export function checkFilterList(packet: 'SUBSCRIBE' | 'UNSUBSCRIBE', body: Uint8Array, limits: GuardLimits): void {
  const fields = readFields(packet, body);
  fields.packetId();
  let count = 0;
  do {
    const field = `filters[${count}]`;
    checkFilter(fields.text(field), `${packet}.${field}`, limits);
    const qos = packet === 'SUBSCRIBE' ? fields.byte(`${field}.qos`) : 0;
    if (qos > limits.maxQos) throw new GuardError('mqtt_qos', `${packet}.${field}.qos`, `0 to ${limits.maxQos}`);
    count += 1;
    if (count > limits.maxFilters) {
      throw new GuardError('mqtt_filter', `${packet}.filters`, `at most ${limits.maxFilters}`);
    }
  } while (fields.left() > 0);
}
