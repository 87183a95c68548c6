/** One live connection to a broker. Everything is QoS 1. */
export interface Connection {
  /** Resolves when the broker has taken it, which says nothing about the fleet server having kept it. */
  publish(topic: string, payload: Uint8Array, options?: { retain?: boolean }): Promise<void>;
  subscribe(filter: string): Promise<void>;
  close(): Promise<void>;
}

/** What a device judges a server by, and what it shows in turn. Plain addresses on loopback use nothing of it. */
export interface LinkTrust {
  /** The pinned authorities, PEM: one of them must have signed the server's certificate. */
  cas: readonly string[];
  /** Certificate of the device, PEM; without one the password alone speaks for it. */
  certificate?: string | undefined;
  /** Highest signed time this device has seen, ms: a clock that stands behind it is not believed. */
  timeFloor: number;
}

export interface ConnectOptions {
  /** Addresses of one server, the preferred first; an attempt goes on to the next when one leads nowhere. */
  endpoints: readonly string[];
  trust: LinkTrust;
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
  /** One attempt. @throws LinkError; `link_refused` when the broker was reached and said no */
  connect(options: ConnectOptions): Promise<Connection>;
}
