import type { MqttClient as ConnectedClient } from '../../link/mqtt/connection.ts';

/** What is used of mqtt.js until it is connected; its own types speak of Node's streams. */
export interface MqttClient extends ConnectedClient<Uint8Array> {
  on(event: 'message', take: (topic: string, payload: Uint8Array) => void): this;
  on(event: 'error', take: (error: Error) => void): this;
  once(event: 'connect' | 'close', take: () => void): this;
  once(event: 'error', take: (error: Error) => void): this;
  off(event: 'connect' | 'close', take: () => void): this;
  off(event: 'error', take: (error: Error) => void): this;
  removeAllListeners(): this;
}

export interface MqttOptions {
  clientId: string;
  username: string;
  password: string;
  will: { topic: string; payload: Uint8Array; qos: 1; retain: true };
  protocolVersion: 4;
  clean: true;
  reconnectPeriod: 0;
  resubscribe: false;
  connectTimeout: number;
  keepalive: number;
  timerVariant: 'native';
  createWebsocket: () => WebSocket;
}

type Connect = (address: string, how: MqttOptions) => MqttClient;

/** Speaks MQTT over this WebSocket, which is open; loaded with the first connection. */
export async function startMqtt(url: string, options: MqttOptions): Promise<MqttClient> {
  // The build for browsers has one export, the default one, whatever the types of the other build say.
  const { default: mqtt } = (await import('mqtt')) as unknown as { default: { connect: Connect } };
  return mqtt.connect(url, options);
}
