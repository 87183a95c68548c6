import { describe, expect, it } from 'vitest';
import { createKeeper } from './keeper.ts';

describe('what is typed', () => {
  it('is written once the write before it is over, the last word alone', async () => {
    const written: string[] = [];
    const writes: PromiseWithResolvers<void>[] = [];
    const keeper = createKeeper<string>((word) => {
      written.push(word);
      writes.push(Promise.withResolvers<void>());
      return writes.at(-1)?.promise ?? Promise.resolve();
    });
    for (const word of ['A', 'Ad', 'Ada']) keeper.put(word);
    expect(written).toEqual(['A']);
    let isKept = false;
    const kept = keeper.kept().then(() => (isKept = true));
    writes[0]?.resolve();
    await Promise.resolve();
    await Promise.resolve();
    expect({ written, isKept }).toEqual({ written: ['A', 'Ada'], isKept: false });
    writes[1]?.resolve();
    await kept;
  });

  it('holds nobody up where it cannot be written, and is tried again with the next letter', async () => {
    let attempts = 0;
    const keeper = createKeeper<string>(() => {
      attempts += 1;
      return Promise.reject(new Error('store_full'));
    });
    keeper.put('A');
    await keeper.kept();
    keeper.put('Ad');
    await keeper.kept();
    expect(attempts).toBe(2);
  });
});
