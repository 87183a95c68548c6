import { siteActivityPageView } from '@plumbline/shared/api/sites';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';
import { createPeople, PASSWORD, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const lab = createModelLab();
let small: SmallFleet;
let people: People;
const owner = () => small.fleet.operatorToken;
const PATH = '/sites/north/activities';
const TOO_LONG = `q=${'x'.repeat(257)}`;

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  people = createPeople(checkedAnswers(createHttpApp(small.fleet)), owner());
  const { code } = await people.json<{ code: string }>('POST', '/setup/codes', { as: owner() });
  await people.json('POST', '/setup', { body: { code, name: 'ana', password: PASSWORD } });
  const entries = ['A-1', 'A-2'].map((activity, i) => ({
    id: `site-entry-${i}`,
    activity,
    base: null,
    actor: 'bo',
    at: 10 + i,
    field: 'note',
    value: { text: 'wet' },
  }));
  await people.json('POST', '/sites/north/log', { as: owner(), body: { entries } });
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

describe('GET /api/v1/sites/{site}/activities', () => {
  it('gives whoever may see the site one page after the other', async () => {
    const viewer = await people.person('vic', 'viewer', ['north']);
    const first = siteActivityPageView.parse(await people.json('GET', `${PATH}?limit=1`, { as: viewer }));
    expect(first).toMatchObject({ total: 2, activities: [{ activity: 'A-2' }] });
    const after = `${PATH}?limit=1&cursor=${encodeURIComponent(first.next ?? '')}`;
    const second = siteActivityPageView.parse(await people.json('GET', after, { as: viewer }));
    expect(second).toMatchObject({
      next: null,
      activities: [{ activity: 'A-1', notes: [{ value: { text: 'wet' } }] }],
    });
  });

  it('is not there for anybody of another site', async () => {
    const stranger = await people.person('sam', 'viewer', ['south']);
    expect(await people.refusal('GET', PATH, { as: stranger })).toMatchObject({ status: 404 });
    expect(await people.refusal('GET', PATH)).toMatchObject({ status: 401 });
  });

  it.each([
    ['limit=0', 'limit'],
    ['limit=101', 'limit'],
    ['only=rumours', 'only'],
    ['cursor=nowhere', 'cursor'],
    [TOO_LONG, 'q'],
  ])('names what is wrong with ?%s', async (query, field) => {
    const refusal = await people.refusal('GET', `${PATH}?${query}`, { as: owner() });
    expect(refusal).toMatchObject({ status: 400, field });
  });
});

it('the log of a site comes in pages as large as an export wants', async () => {
  const { entries, more } = await people.json<{ entries: unknown[]; more: boolean }>(
    'GET',
    '/sites/north/log?limit=1',
    {
      as: owner(),
    },
  );
  expect({ entries: entries.length, more }).toEqual({ entries: 1, more: true });
  expect(await people.refusal('GET', '/sites/north/log?limit=2001', { as: owner() })).toMatchObject({ field: 'limit' });
});
