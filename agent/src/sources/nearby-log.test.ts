import { createSeededRandom } from '@plumbline/shared/testing';
import type { SiteLogEntry } from '@plumbline/shared/activity';
import { afterEach, expect, it } from 'vitest';
import type { Nearby } from '../ports/index.ts';
import { createTestDevice, type TestDevice } from '../testing/test-device.ts';
import { createSharedLog } from './shared-log.ts';

const made: TestDevice[] = [];
afterEach(async () => {
  for (const device of made.splice(0)) await device.agent().stop();
});

async function started(nearby?: Nearby): Promise<TestDevice> {
  const one = await createTestDevice({}, undefined, nearby && { nearby });
  made.push(one);
  await one.start();
  return one;
}

const note = (of: TestDevice, text: string) =>
  of.agent().recordEntry({ activity: 'A-1', actor: 'ada', field: 'note', value: { text } });
const texts = (of: TestDevice) =>
  of
    .agent()
    .activities()
    .flatMap(({ notes }) => notes.map(({ value }) => ('text' in value ? value.text : '')));

it('without the server, a tablet learns from the gateway what others wrote, and only then', async () => {
  const gateway = await started();
  let asked = 0;
  const tablet = await started({
    bundle: async () => ({ absent: { code: 'not_there', detail: '' } }),
    async siteLog(from) {
      asked += 1;
      return gateway.agent().siteLog(from, 2);
    },
  });
  for (const text of ['one', 'two', 'three']) await note(gateway, text);
  await tablet.pass(120_000);
  expect({ asked, texts: texts(tablet) }).toEqual({ asked: 0, texts: [] });
  tablet.broker.setUp(false);
  tablet.broker.drop();
  await tablet.pass(70_000);
  expect(texts(tablet).toSorted()).toEqual(['one', 'three', 'two']);
  await tablet.crash();
  expect(texts(tablet)).toHaveLength(3);
  await note(gateway, 'four');
  await tablet.pass(70_000);
  expect(texts(tablet)).toHaveLength(4);
  expect(tablet.agent().state()).toMatchObject({ siteCursor: 0, outbox: { entries: { waiting: 0 } } });
});

it('a mark of another process, or a wrong one, begins from the beginning', () => {
  const all = Array.from({ length: 5 }, (_, i) => ({ id: `entry-000${i}` }) as SiteLogEntry);
  const log = { inOrder: () => all };
  const page = createSharedLog(log, createSeededRandom(1));
  const first = page(undefined, 3);
  expect(first).toMatchObject({ entries: all.slice(0, 3), more: true });
  expect(page(first.next, 3)).toMatchObject({ entries: all.slice(3), more: false });
  expect(page(page(first.next, 3).next, 3)).toMatchObject({ entries: [], more: false });
  const epoch = first.next.split('.')[0];
  for (const wrong of ['x', '', '.', `${epoch}.99`, `${epoch}.-1`]) expect(page(wrong, 9).entries).toHaveLength(5);
  expect(createSharedLog(log, createSeededRandom(2))(first.next, 9).entries).toHaveLength(5);
});

it('somebody near who never comes to an end is left after a while', async () => {
  let asked = 0;
  const tablet = await started({
    bundle: async () => ({ absent: { code: 'not_there', detail: '' } }),
    siteLog: async () => ({ entries: [], next: `a.${(asked += 1)}`, more: true }),
  });
  tablet.broker.setUp(false);
  tablet.broker.drop();
  await tablet.agent().lookForNews();
  expect(asked).toBeGreaterThan(0);
  expect(asked).toBeLessThanOrEqual(100);
});
