import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createModelLab, openArtifactFiles } from '../../../platform/adapters/index.ts';
import { datasets } from '../../../platform/db/index.ts';
import { checkedAnswers } from '../../testing/checked-answers.ts';
import { createPeople, type People } from '../../testing/people.ts';
import { createSmallFleet, type SmallFleet } from '../../testing/small-fleet.ts';
import { createHttpApp } from '../index.ts';

const VERSION = 'ab'.repeat(32);
const PIPELINE = `kind: Pipeline
name: nightly
spec:
  on:
    - webhook: true
  steps:
    - name: data
      uses: data
      with:
        dataset: mine@${VERSION}
`;
const POLICY = `line: delay
dataset: mine@${VERSION}
on:
  everyDays: 365
`;
const lab = createModelLab();
let small: SmallFleet;
let people: People;
const owner = () => small.fleet.operatorToken;

interface Check {
  action: string | null;
  revision: number | null;
  document: object | null;
  fields: { field: string; from?: unknown; to?: unknown }[];
  problems: { line: number; field: string; message: string }[];
}
const check = (path: string, text: string) =>
  people.json<Check>('POST', `${path}/check`, { as: owner(), body: { text } });
const put = (path: string, { document, revision }: Check) =>
  people.call('POST', `${path}?expectedRevision=${revision}`, { as: owner(), body: document });

beforeAll(async () => {
  small = await createSmallFleet({ lab, openArtifacts: openArtifactFiles });
  people = createPeople(checkedAnswers(createHttpApp(small.fleet)), owner());
  const dataset = { version: VERSION, name: 'mine', reader: 'csv', rows: 1, rejected: 0, artifact: 'x', summary: '{}' };
  await small.fleet.database.transaction((tx) => tx.insert(datasets).values({ ...dataset, createdAt: 1 }));
}, 60_000);
afterAll(async () => {
  await small[Symbol.asyncDispose]();
  await lab.close();
});

describe.each([
  ['/pipelines', PIPELINE, 'nightly', 'steps.0.name', 'name: data', 'name: rows'],
  ['/retraining/policies', POLICY, 'delay', 'on.everyDays', 'everyDays: 365', 'everyDays: 180'],
])('a text for %s', (path, text, name, place, before, after) => {
  it('is checked, put as it was checked, and then says nothing new', async () => {
    const first = await check(path, text);
    expect(first).toMatchObject({ action: 'create', name, revision: 0, problems: [] });
    expect((await put(path, first)).status).toBe(200);
    expect(await check(path, text)).toMatchObject({ action: 'unchanged', revision: 1, fields: [] });
  });

  it('tells what would change, place by place, and changes nothing by being looked at', async () => {
    const changed = await check(path, text.replace(before, after));
    expect(changed).toMatchObject({ action: 'change', revision: 1 });
    expect(changed.fields.map(({ field }) => field)).toEqual([place]);
    expect(await check(path, text)).toMatchObject({ action: 'unchanged' });
  });

  it('is refused when somebody else has put another one meanwhile', async () => {
    const mine = await check(path, text.replace(before, after));
    expect((await put(path, mine)).status).toBe(200);
    const late = await put(path, { ...mine, document: (await check(path, text)).document });
    expect(late.status).toBe(409);
    expect(await late.json()).toMatchObject({ code: expect.stringMatching(/_changed$/) as string });
  });
});

describe('what is wrong', () => {
  it.each([
    ['/pipelines', PIPELINE.replace('uses: data', 'uses: dat'), 8, 'spec.steps.0.uses', /no step dat/],
    ['/pipelines', PIPELINE.replace('steps:', 'stepz:'), 3, 'spec.steps', /./],
    ['/pipelines', `${PIPELINE}  steps: []\n`, 11, 'text', /unique/],
    ['/pipelines', '', 1, 'text', /nothing is written/],
    ['/pipelines', `${PIPELINE}---\n${PIPELINE}`, 1, 'text', /2 documents/],
    ['/retraining/policies', POLICY.replace('365', '0'), 4, 'on.everyDays', /1/],
    ['/retraining/policies', `${POLICY}tempo: fast\n`, 5, 'tempo', /tempo/],
    ['/retraining/policies', POLICY.replace('mine@', 'other@'), 2, 'dataset', /other/],
    ['/retraining/policies', `${POLICY}\tmode: off\n`, 5, 'text', /[Tt]abs?/],
  ])('in %s is told by its line', async (path, text, line, field, message) => {
    const { problems, document } = await check(path, text);
    expect(document).toBe(null);
    expect(problems[0]).toMatchObject({ line, field, message: expect.stringMatching(message) as string });
  });

  it('is told all at once', async () => {
    const { problems } = await check(
      '/retraining/policies',
      POLICY.replace('365', '0').concat('seed: -1\nperYear: 99\n'),
    );
    expect(problems.map(({ line }) => line)).toEqual([4, 5, 6]);
  });
});

it('an operator writes pipelines and no policies of retraining; a viewer neither', async () => {
  const [operator, viewer] = [await people.person('op', 'operator'), await people.person('vi', 'viewer')];
  const asked = async (as: typeof operator, path: string) =>
    (await people.call('POST', `${path}/check`, { as, body: { text: POLICY } })).status;
  expect([await asked(operator, '/pipelines'), await asked(operator, '/retraining/policies')]).toEqual([200, 403]);
  expect([await asked(viewer, '/pipelines'), await asked(viewer, '/retraining/policies')]).toEqual([403, 403]);
});
