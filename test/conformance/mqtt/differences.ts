const OLD_BITS =
  'the client sets bits that MQTT 3.1 does not use and wants a session that outlives its connection: both are refused';
const NEW_ANSWER =
  'the recording answers an unknown level in MQTT 5; MQTT-3.1.2-2 asks for return code 1, which is what comes';
const FREE_ORDER =
  'the acknowledgement comes before the message, and packet ids of the broker start anywhere: MQTT leaves both open';
const AT_PUBLISH =
  'a QoS 2 message is handed on at its PUBLISH, not at its PUBREL: section 4.3.3 allows both (method B, figure 4.3)';

/** Sequences that do not go as recorded, and why that is right or harmless. */
export const DIFFERENCES: Readonly<Record<string, string>> = {
  'CONNECT.json: v3.1 CONNECT: 10 ok': OLD_BITS,
  'CONNECT.json: v3.1 CONNECT: 14 ok': OLD_BITS,
  'CONNECT.json: v3.1 CONNECT: 10 proto ver 2': NEW_ANSWER,
  'CONNECT.json: v3.1 CONNECT: 10 proto ver 6': NEW_ANSWER,
  'CONNECT.json: v3.1.1 CONNECT: 10 proto ver 2 [MQTT-3.1.2-2]': NEW_ANSWER,
  'CONNECT.json: v3.1.1 CONNECT: 10 proto ver 6 [MQTT-3.1.2-2]': NEW_ANSWER,
  'OTHER.json: v3.1.1 OTHER: subpub self publish qos1': FREE_ORDER,
  'OTHER.json: v3.1.1 OTHER: subpub self publish qos2': AT_PUBLISH,
  'OTHER.json: v3.1.1 OTHER: subpub retain as normal qos1': FREE_ORDER,
  'OTHER.json: v3.1.1 OTHER: subpub retain as normal qos2': AT_PUBLISH,
};
