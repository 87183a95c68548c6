import { sleep } from '@plumbline/shared/ports';
import { TrustError } from '@plumbline/shared/trust';
import { NO_SUCH_BLOCK, type Block, type BlockRef, type BlockRequest } from '@plumbline/shared/wire';
import { AgentError } from '../errors.ts';
import type { Clock, Random } from '../ports/index.ts';
import { backoffDelay } from './backoff.ts';
import type { Channel } from './channel.ts';
import type { LinkBudget, LinkPurpose } from './link-budget.ts';

export interface Blocks {
  /**
   * One piece of a payload, asked for again until it comes whole: a line that is down is waited for.
   * Undefined only when the signal fires.
   * @throws AgentError `retrieval_slow`: the line is up, and nothing came for the whole window
   */
  request(of: BlockRequest, signal: AbortSignal): Promise<Uint8Array | undefined>;
  /**
   * A document of unknown length, which has to fit one block; `none` when the server knows of no such document.
   * @throws AgentError `retrieval_slow`; TrustError `bad_length` for more bytes than were asked for
   */
  document(of: { ref: BlockRef; maxBytes: number }, signal: AbortSignal): Promise<Uint8Array | 'none' | undefined>;
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
  /** A connection that stands this long without bringing what was asked for is given up on. */
  slowMs?: number;
  onRefused?: (error: string) => void;
}

const DEFAULT_TIMEOUT_MS = 30_000;
const DEFAULT_SLOW_MS = 600_000;
const MAX_DELAY_MS = 300_000;
const ASK_AGAIN_MS = 60_000;
/** A question that broke with its line is asked anew at once; one that breaks again and again, with these pauses. */
const BREAK_PAUSE = { firstDelayMs: 1000, maxDelayMs: 8000 };

export function createBlocks(
  deps: { clock: Clock; random: Random; channel: Channel; budget?: LinkBudget },
  options: BlocksOptions = {},
): Blocks {
  const { clock, random, channel } = deps;
  const { timeoutMs = DEFAULT_TIMEOUT_MS, slowMs = DEFAULT_SLOW_MS } = options;
  const waiting = new Map<string, (block: Block) => void>();
  const counts: BlockCounts = { received: 0, receivedTwice: 0, refused: 0 };
  const bounds = { firstDelayMs: timeoutMs, maxDelayMs: MAX_DELAY_MS };

  /** In quiet hours, and when the month is spent, a payload waits between two blocks. */
  const untilAdmitted = async (sizeBytes: number, signal: AbortSignal) => {
    for (;;) {
      const admission = deps.budget?.admit(sizeBytes, 'install');
      if (admission === undefined || admission.ok || signal.aborted) return;
      // A time that is over by this clock, and not by the one that named it, must not become a loop without a pause.
      const leftMs = admission.until - clock.now();
      await sleep(clock, leftMs > 0 ? Math.min(ASK_AGAIN_MS, leftMs) : ASK_AGAIN_MS, signal);
    }
  };

  const attempt = async (of: BlockRequest, purpose: LinkPurpose, stop: AbortSignal) => {
    const key = keyOf(of);
    const answered = new AbortController();
    let answer: Block | undefined;
    waiting.set(key, (block) => {
      answer = block;
      answered.abort();
    });
    try {
      await channel.send('req', of, { purpose, answerBytes: of.length });
      await sleep(clock, timeoutMs, AbortSignal.any([stop, answered.signal]));
    } catch {
      // The line went down between asking and sending; the caller waits for the next one.
    } finally {
      waiting.delete(key);
    }
    // That there is no such document is an answer like another: roots are asked for until one is not there.
    if (answer !== undefined && 'error' in answer && answer.error !== NO_SUCH_BLOCK) {
      counts.refused += 1;
      options.onRefused?.(answer.error);
    }
    return answer;
  };

  /** Asks until an answer counts; the window is measured over the time that the line is up. */
  const untilAnswered = async <T>(
    of: BlockRequest,
    purpose: LinkPurpose,
    signal: AbortSignal,
    take: (answer: Block) => T | undefined,
  ): Promise<T | undefined> => {
    for (let breaks = 0; !signal.aborted; breaks += 1) {
      if (breaks > 1) await sleep(clock, backoffDelay(breaks - 2, random.next(), BREAK_PAUSE), signal);
      await channel.whenOpen(signal);
      const taken = await untilEnded(of, purpose, AbortSignal.any([signal, channel.ended()]), take);
      if (taken !== undefined) return taken;
    }
    return undefined;
  };

  /** Asks over one connection, less and less often. */
  const untilEnded = async <T>(
    of: BlockRequest,
    purpose: LinkPurpose,
    stop: AbortSignal,
    take: (answer: Block) => T | undefined,
  ): Promise<T | undefined> => {
    const until = clock.now() + slowMs;
    for (let failures = 0; !stop.aborted; failures += 1) {
      const answer = await attempt(of, purpose, stop);
      const taken = answer && take(answer);
      if (taken !== undefined) return taken;
      const leftMs = until - clock.now();
      if (!stop.aborted && leftMs <= 0) throw slow(of, slowMs);
      await sleep(clock, Math.min(leftMs, backoffDelay(failures, random.next(), bounds)), stop);
    }
    return undefined;
  };

  return {
    async request(of, signal) {
      await untilAdmitted(of.length, signal);
      return untilAnswered(of, 'install', signal, (answer) =>
        'bytes' in answer && answer.bytes.length === of.length ? answer.bytes : undefined,
      );
    },
    document: ({ ref, maxBytes }, signal) =>
      untilAnswered<Uint8Array | 'none'>({ ref, offset: 0, length: maxBytes }, 'essential', signal, (answer) => {
        if ('error' in answer) return answer.error === NO_SUCH_BLOCK ? 'none' : undefined;
        if (answer.bytes.length <= maxBytes) return answer.bytes;
        throw new TrustError(
          'bad_length',
          `${nameOf(ref)}: ${answer.bytes.length} bytes`,
          'blk',
          `≤ ${maxBytes} bytes`,
        );
      }),
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

function slow({ ref, offset }: BlockRequest, windowMs: number): AgentError {
  return new AgentError('retrieval_slow', `${nameOf(ref)} at ${offset}: did not come within ${windowMs} ms`, {
    kind: 'unavailable',
    field: 'blk',
  });
}

function keyOf({ ref, offset }: { ref: BlockRef; offset: number }): string {
  return `${nameOf(ref)}@${offset}`;
}

function nameOf(ref: BlockRef): string {
  return 'sha256' in ref ? ref.sha256 : `root ${ref.root}`;
}
