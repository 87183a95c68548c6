import { describe, expect, it } from 'vitest';
import type { JobContext } from './context.ts';
import { threadPool } from './thread-pool.ts';

const PROGRAM = new URL('../testing/mortal-worker.ts', import.meta.url);

function mortalPool(width: number, heap = false) {
  // The program of this test reads no more of the context than this.
  const context = { deaths: new Int32Array(new SharedArrayBuffer(4)), heap } as unknown as JobContext;
  return threadPool({ context, width, signal: undefined, memoryMb: 16, program: PROGRAM });
}

const fold = (member: number) => ({ kind: 'fold', member, fold: 0, rung: 0 }) as const;

describe('a pool of threads', () => {
  it.each([1, 2])(
    'tries a job again on a new thread, gives it up when that dies too, and goes on (width %d)',
    async (width) => {
      await using pool = mortalPool(width);
      const answers = await Promise.allSettled([0, 1, 2, 3].map((member) => pool.run(fold(member))));
      expect(answers.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'fulfilled']);
      expect(answers[1]).toMatchObject({
        reason: { code: 'worker_failed', message: expect.stringMatching(/code 3/) as string },
      });
      await expect(pool.run(fold(5))).resolves.toMatchObject({ scores: Float64Array.of(5) });
    },
  );

  it('says when it was memory that a thread died of', async () => {
    await using pool = mortalPool(1, true);
    await expect(pool.run(fold(1))).rejects.toMatchObject({ code: 'out_of_memory', field: 'memoryMb' });
    await expect(pool.run(fold(0))).resolves.toMatchObject({ scores: Float64Array.of(0) });
  });

  it('rejects what waits and what comes once it is closed', async () => {
    const pool = mortalPool(1);
    const waiting = pool.run(fold(0)).catch((error: unknown) => error);
    await pool[Symbol.asyncDispose]();
    expect(await waiting).toMatchObject({ code: 'stopped' });
    await expect(pool.run(fold(0))).rejects.toMatchObject({ code: 'stopped' });
  });
});
