import { readFileSync, writeFileSync } from 'node:fs';
import { getHeapStatistics, setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { messageOf } from '@plumbline/shared/errors';
import type { HostReply } from './child-protocol.ts';

/* The side of `watched-child.ts` that lives in the child. It brings no schema library along: a child starts often. */

/** Characters of a failure that are told. */
export const MAX_DETAIL = 500;

/**
 * Says that the child is ready, then answers one question at a time; what is thrown becomes the reply `failed`.
 * Call it when the runtime is in memory: what is allocated now is not counted to any model.
 */
export function answerParent<Question, Reply extends { type: string }>(
  answer: (question: Question) => Promise<Reply>,
): void {
  const tell = (reply: Reply | HostReply) => process.send?.(reply);
  process.on('message', (question: Question) => {
    answer(question)
      .catch((cause: unknown): HostReply => ({ type: 'failed', detail: messageOf(cause).slice(0, MAX_DETAIL) }))
      .then(tell);
  });
  tell({ type: 'ready', dataMb: memoryMb('VmData') });
}

/** Sets the high-water mark of this process back to what it holds now: proc(5), clear_refs. */
export function forgetPeak(): void {
  try {
    writeFileSync('/proc/self/clear_refs', '5');
  } catch {
    // Without it the peak of an earlier job is reported.
  }
}

/** A line of /proc/self/status, proc(5), in 2^20 bytes. */
export function memoryMb(field: 'VmData' | 'VmRSS' | 'VmHWM'): number {
  const line = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(line?.[1] ?? 0) / 1024;
}

/** Below this a collection, some 10 ms, would not change what is measured. */
const WORTH_COLLECTING = 2 * 2 ** 20;

let collect: (() => void) | undefined;
let heldBytes = 0;

/** Frees what JavaScript no longer holds, such as messages that were answered: they are no part of a model. */
export function collectGarbage(): void {
  if (collect === undefined) {
    setFlagsFromString('--expose-gc');
    collect = runInNewContext('gc') as () => void;
  }
  if (scriptBytes() - heldBytes < WORTH_COLLECTING) return;
  collect();
  // The first leaves the memory of typed arrays to a thread; the second waits for that thread.
  collect();
  heldBytes = scriptBytes();
}

/** What JavaScript holds, with the memory of its typed arrays. */
function scriptBytes(): number {
  const { used_heap_size: heapBytes, external_memory: arrayBytes } = getHeapStatistics();
  return heapBytes + arrayBytes;
}
