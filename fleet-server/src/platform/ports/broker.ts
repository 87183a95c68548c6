export interface BrokerMessage {
  topic: string;
  payload: Uint8Array;
  /** Known where the broker is ours; an external one does not tell. */
  clientId?: string;
}

export type MessageHandler = (message: BrokerMessage) => void;

/**
 * The server's side of MQTT. What it sends is always QoS 1: some brokers lose a QoS 1 message that follows a QoS 0 one,
 * so mixing them is not offered. Neither `publish` nor a device's acknowledgement means that anything was stored.
 */
export interface Broker {
  /** @throws BrokerError `broker_unreachable` when there is no connection just now. */
  publish(topic: string, payload: Uint8Array, options: { retain: boolean }): Promise<void>;
  /** Everything devices publish on `f/+/+/up/#`. A handler that throws loses its message, never the broker. */
  onMessage(handler: MessageHandler): void;
  /** Closes the connection of this client, if it has one. */
  disconnect(clientId: string): Promise<void>;
  close(): Promise<void>;
}

/** What devices say, as one filter. */
export const UPLINK_FILTER = 'f/+/+/up/#';

/** For adapters: a fault in a handler is told, and does not reach the broker's own loop. */
export function withoutThrowing(handler: MessageHandler, onError: (error: Error) => void): MessageHandler {
  return (message) => {
    try {
      handler(message);
    } catch (error) {
      onError(error instanceof Error ? error : new Error(String(error)));
    }
  };
}
