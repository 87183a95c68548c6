/** One live connection to a broker. Everything is QoS 1. */
export interface Connection {
  /** Resolves when the broker has taken it, which says nothing about the fleet server having kept it. */
  publish(topic: string, payload: Uint8Array, options?: { retain?: boolean }): Promise<void>;
  subscribe(filter: string): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectOptions {
  url: string;
  clientId: string;
  username: string;
  password: string;
  will: { topic: string; payload: Uint8Array };
  onMessage: (topic: string, payload: Uint8Array) => void;
  /** Called once when the connection ends, for whatever reason. */
  onClose: (reason: string) => void;
}

/** How a device reaches the broker. Reconnecting, with jitter, is the core's own business. */
export interface Link {
  /** One attempt. @throws LinkError `link_unreachable`, `link_refused` */
  connect(options: ConnectOptions): Promise<Connection>;
}
