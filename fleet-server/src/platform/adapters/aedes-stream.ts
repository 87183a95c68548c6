import { Duplex } from 'node:stream';
import type { Clock } from '@plumbline/shared/ports';

/** Judges what a client sends before the broker sees any of it; one a connection. */
export interface StreamGuard {
  feed(bytes: Uint8Array): {
    pass: readonly Uint8Array[];
    /** Ends the connection, after this answer where there is one. */
    refusal?: { error: Error; answer?: Uint8Array };
  };
}

export interface GuardedStreamOptions {
  /** Without one everything passes. */
  guard: StreamGuard | undefined;
  clock: Clock;
  /** What a client has not read yet; with more it is dropped. */
  maxUnsentBytes: number;
  /** A client that reads nothing for so long is dropped. */
  drainTimeoutMs: number;
}

/** How long a refused client has to read its answer. */
const LINGER_MS = 1_000;
const MAX_UNREAD_BYTES = 64 * 1024;

/**
 * Stands between a connection and the broker. The broker never waits for a slow client: up to `maxUnsentBytes` are kept
 * here, and who lets more pile up is dropped, because one stalled delivery after another would stall them all.
 */
export class GuardedStream extends Duplex {
  readonly #under: Duplex;
  readonly #options: GuardedStreamOptions;
  #stranger: boolean;
  /** A stranger's CONNECT is with the broker, and nothing more is read until it has answered. */
  #judged = false;
  #answer: Uint8Array | undefined;
  #stopTimer: (() => void) | undefined;

  constructor(under: Duplex, options: GuardedStreamOptions) {
    super({ readableHighWaterMark: MAX_UNREAD_BYTES, writableHighWaterMark: options.maxUnsentBytes });
    this.#under = under;
    this.#options = options;
    this.#stranger = options.guard !== undefined;
    under.on('data', (bytes: Buffer) => this.#take(bytes));
    under.on('end', () => !this.destroyed && this.push(null));
    // After an orderly end the broker still reads what came before it, a DISCONNECT for one, and closes by itself.
    under.on('close', () => under.readableEnded || this.destroy());
    under.on('error', (error) => this.destroy(error));
    under.pause();
  }

  /** The broker has let the client in: from now on more than its CONNECT is read. */
  admit(): void {
    this.#stranger = false;
    this.#judged = false;
    if (!this.destroyed) this.#under.resume();
  }

  #take(bytes: Buffer): void {
    if (this.destroyed) return;
    const { pass, refusal } = this.#options.guard?.feed(bytes) ?? { pass: [bytes], refusal: undefined };
    let wanted = true;
    for (const good of pass) wanted = this.push(good);
    if (refusal !== undefined) this.#refuse(refusal);
    else if (this.#stranger && pass.length > 0) this.#judged = true;
    if (!wanted || this.#judged) this.#under.pause();
  }

  #refuse({ error, answer }: { error: Error; answer?: Uint8Array }): void {
    this.#under.removeAllListeners('data').pause();
    this.#answer = answer;
    // What came before in the same piece was good, and the broker reads it in this turn.
    setImmediate(() => this.destroy(error));
  }

  override _read(): void {
    if (!this.#judged) this.#under.resume();
  }

  override write(chunk: unknown, ...rest: unknown[]): boolean {
    // Declared three times, once for every place of the callback.
    const room = super.write(chunk, ...(rest as [BufferEncoding, () => void]));
    if (!room && !this.destroyed) this.destroy(new Error('refused: does not read what it is sent'));
    return room;
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    this.#send([bytes], done);
  }

  override _writev(chunks: { chunk: Buffer }[], done: (error?: Error | null) => void): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      done,
    );
  }

  #send(parts: readonly Buffer[], done: (error?: Error | null) => void): void {
    const { clock, drainTimeoutMs } = this.#options;
    // Nobody is there to be told; what they said is worth reading all the same.
    if (this.#under.destroyed) return done();
    const sent = (error?: Error | null) => {
      this.#stopTimer?.();
      done(error);
    };
    this.#under.cork();
    for (const [index, part] of parts.entries()) this.#under.write(part, index === parts.length - 1 ? sent : undefined);
    this.#under.uncork();
    if (this.#under.writableNeedDrain) {
      this.#stopTimer = clock.after(drainTimeoutMs, () => this.destroy(new Error('drain timeout')));
    }
  }

  override _final(done: (error?: Error | null) => void): void {
    this.#under.end(done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#stopTimer?.();
    if (this.#answer === undefined) this.#under.destroy();
    else this.#sayGoodbye(this.#answer);
    done(error);
  }

  #sayGoodbye(answer: Uint8Array): void {
    const under = this.#under;
    const takeBack = this.#options.clock.after(LINGER_MS, () => under.destroy());
    under.once('close', takeBack);
    // Read on, so that the answer is not lost by a reset; nothing of it is kept.
    under.on('data', () => undefined).resume();
    under.end(answer);
  }
}
