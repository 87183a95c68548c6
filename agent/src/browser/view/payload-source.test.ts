import { expect, it } from 'vitest';
import { createPayloadSources } from './payload-source.ts';

const event = (code: string, details: Record<string, string>) => ({ at: 1, code, details });

it('the last bundle counts, also of the life before, and other events say nothing of it', () => {
  const first = createPayloadSources(undefined);
  first.take(event('problem', { problem: 'nearby' }));
  expect(first.latest()).toBeUndefined();
  first.take(event('copied_from_nearby', { line: 'delay', from: 'https://gw.site' }));
  expect(first.latest()).toEqual({ from: 'gateway', url: 'https://gw.site' });
  const next = createPayloadSources(first.latest());
  expect(next.latest()).toEqual({ from: 'gateway', url: 'https://gw.site' });
  next.take(event('not_nearby', { line: 'delay', because: 'silent', detail: 'gw did not answer' }));
  expect(next.latest()).toEqual({ from: 'server', because: 'silent', detail: 'gw did not answer' });
});
