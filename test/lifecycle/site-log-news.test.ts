import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createFleet, eventually, SITE, type Device, type TestFleet } from '../harness/index.ts';

let fleet: TestFleet;
let first: Device;
let second: Device;

beforeAll(async () => {
  fleet = await createFleet();
  [first, second] = [await fleet.add('gateway-1'), await fleet.add('gateway-2')];
}, 60_000);
afterAll(() => fleet[Symbol.asyncDispose]());

const note = (on: Device, text: string) =>
  on.agent.recordEntry({ activity: 'A-1', actor: 'ada', field: 'note', value: { text } });
const textsOf = (on: Device) =>
  on.agent.activities().flatMap(({ notes }) => notes.map(({ value }) => ('text' in value ? value.text : '')));
const knows = (on: Device, text: string) =>
  eventually(`${on.name} knows “${text}”`, async () => textsOf(on).includes(text) || undefined);

describe('what somebody writes down', () => {
  it('stands on the other devices of the site a moment later, without a question of theirs', async () => {
    await note(first, 'no crane on monday');
    await knows(second, 'no crane on monday');
    await note(second, 'crane is here');
    await knows(first, 'crane is here');
    expect(textsOf(first)).toHaveLength(2);
  });

  it('at head office, likewise', async () => {
    const value = { text: 'inspection at noon' };
    const entry = { id: 'office-note-1', activity: 'A-1', base: null, actor: 'office', at: 1, field: 'note', value };
    await fleet.client.post(`/api/v1/sites/${SITE}/log`, { entries: [entry] });
    await Promise.all([knows(first, value.text), knows(second, value.text)]);
    expect(textsOf(first)).toEqual(textsOf(second));
  });

  it('while the broker is away reaches the others when it is back', async () => {
    await fleet.cut();
    await note(first, 'written in the basement');
    expect(textsOf(second)).not.toContain('written in the basement');
    await fleet.restore();
    await knows(second, 'written in the basement');
  });
});
