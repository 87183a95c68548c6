import { CodedError } from '@plumbline/shared/errors';

export type GuardErrorCode =
  | 'mqtt_type' // a packet that does not exist, or that only a server sends
  | 'mqtt_flags'
  | 'mqtt_length'
  | 'mqtt_too_large'
  | 'mqtt_order' // not CONNECT first, CONNECT again, anything after DISCONNECT
  | 'mqtt_malformed' // ends too early or too late for its fields
  | 'mqtt_protocol'
  | 'mqtt_client_id'
  | 'mqtt_keep_alive'
  | 'mqtt_text'
  | 'mqtt_packet_id'
  | 'mqtt_qos'
  | 'mqtt_topic'
  | 'mqtt_filter'
  | 'mqtt_in_flight';

/** Why a connection was closed; `field` is packet and field, e.g. `CONNECT.willTopic`. */
export class GuardError extends CodedError<GuardErrorCode> {
  override readonly name = 'GuardError';
  /** What the client is told before the connection is closed; MQTT 3.1.1 has an answer to a CONNECT only. */
  readonly answer: Uint8Array | undefined;

  constructor(code: GuardErrorCode, field: string, expected: string, answer?: Uint8Array) {
    super(code, `refused: ${field}, expected ${expected}`, {
      kind: code === 'mqtt_too_large' ? 'too-large' : 'invalid',
      field,
      expected,
    });
    this.answer = answer;
  }
}
