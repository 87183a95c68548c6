import { expect, it } from 'vitest';
import { createOrder } from './aedes-order.ts';

it('tasks of one key run one after another, those of others do not wait, and a failure stops nobody', async () => {
  const inOrder = createOrder();
  const log: string[] = [];
  const slow = Promise.withResolvers<void>();
  const task = (name: string, until?: Promise<void>) => async () => {
    log.push(`${name} begins`);
    await until;
    log.push(`${name} ends`);
  };
  const first = inOrder('a', task('first', slow.promise));
  const failing = inOrder('a', () => Promise.reject(new Error('no')));
  const second = inOrder('a', task('second'));
  await inOrder('b', task('other'));
  expect(log).toEqual(['first begins', 'other begins', 'other ends']);
  slow.resolve();
  await expect(failing).rejects.toThrow('no');
  await Promise.all([first, second]);
  expect(log.slice(3)).toEqual(['first ends', 'second begins', 'second ends']);
});
