import { sleep } from '@plumbline/shared/ports';
import type { Block, BlockRef } from '@plumbline/shared/wire';
import type { Clock, Random } from '../ports/index.ts';
import { backoffDelay } from './backoff.ts';
import type { Channel } from './channel.ts';

export interface Blocks {
  /**
   * One piece of a payload, asked for again until it comes: a network that fails is waited for, never an error.
   * Undefined only when the signal fires.
   */
  request(of: { ref: BlockRef; offset: number; length: number }, signal: AbortSignal): Promise<Uint8Array | undefined>;
  received(block: Block): void;
  counts(): BlockCounts;
}

export interface BlockCounts {
  received: number;
  /** Blocks whose bytes had come before: the price of timeouts. */
  receivedTwice: number;
  /** Answers that said why there is no such block. */
  refused: number;
}

export interface BlocksOptions {
  timeoutMs?: number;
  onRefused?: (error: string) => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const MAX_DELAY_MS = 300_000;

export function createBlocks(
  deps: { clock: Clock; random: Random; channel: Channel },
  options: BlocksOptions = {},
): Blocks {
  const { clock, random, channel } = deps;
  const waiting = new Map<string, (block: Block) => void>();
  const counts: BlockCounts = { received: 0, receivedTwice: 0, refused: 0 };
  const bounds = { firstDelayMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS, maxDelayMs: MAX_DELAY_MS };

  const attempt = async (of: { ref: BlockRef; offset: number; length: number }, signal: AbortSignal) => {
    const key = keyOf(of);
    const answered = new AbortController();
    let answer: Block | undefined;
    waiting.set(key, (block) => {
      answer = block;
      answered.abort();
    });
    try {
      await channel.send('req', of);
      await sleep(clock, bounds.firstDelayMs, AbortSignal.any([signal, answered.signal]));
    } catch {
      // The line went down between asking and sending; the caller waits for the next one.
    } finally {
      waiting.delete(key);
    }
    return answer;
  };

  return {
    async request(of, signal) {
      for (let failures = 0; !signal.aborted; failures += 1) {
        await channel.whenOpen(signal);
        if (signal.aborted) return undefined;
        const answer = await attempt(of, signal);
        if (answer !== undefined && 'bytes' in answer && answer.bytes.length === of.length) return answer.bytes;
        if (answer !== undefined && 'error' in answer) {
          counts.refused += 1;
          options.onRefused?.(answer.error);
        }
        await sleep(clock, backoffDelay(failures, random.next(), bounds), signal);
      }
      return undefined;
    },
    received(block) {
      counts.received += 'bytes' in block ? 1 : 0;
      const take = waiting.get(keyOf(block));
      // Nobody waits: it answers a request that had been given up and was, or will be, sent again.
      if (take === undefined) counts.receivedTwice += 'bytes' in block ? 1 : 0;
      else take(block);
    },
    counts: () => ({ ...counts }),
  };
}

function keyOf({ ref, offset }: { ref: BlockRef; offset: number }): string {
  return `${'sha256' in ref ? ref.sha256 : ref.root}@${offset}`;
}
