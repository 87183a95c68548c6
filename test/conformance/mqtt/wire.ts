import { connect } from 'node:net';

/** A connection that speaks bytes, not MQTT. */
export interface Wire extends Disposable {
  send(bytes: Uint8Array): void;
  /** The next `length` bytes, or what there is when it was closed or the time is over. */
  read(length: number): Promise<Uint8Array>;
  /** True when the other side closed the connection without another byte. */
  closed(): Promise<boolean>;
}

/** Long enough for a busy machine; only a sequence that fails waits so long. */
const PATIENCE_MS = 2_000;

export async function openWire(port: number): Promise<Wire> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  let received = Buffer.alloc(0);
  let over = false;
  let changed: (() => void) | undefined;
  socket.on('data', (bytes) => {
    received = Buffer.concat([received, bytes]);
    changed?.();
  });
  // A reset is a close, too.
  socket.on('error', () => undefined);
  socket.on('close', () => {
    over = true;
    changed?.();
  });
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));

  const until = (done: () => boolean): Promise<void> => {
    if (done()) return Promise.resolve();
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, PATIENCE_MS);
    changed = () => done() && resolve();
    return promise.finally(() => clearTimeout(timer));
  };

  return {
    send: (bytes) => void (over || socket.write(bytes)),
    async read(length) {
      await until(() => over || received.length >= length);
      const bytes = received.subarray(0, length);
      received = received.subarray(length);
      return bytes;
    },
    async closed() {
      await until(() => over || received.length > 0);
      return over && received.length === 0;
    },
    [Symbol.dispose]: () => socket.destroy(),
  };
}
