import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyDeclared,
  jsonSchemaOf,
  KINDS,
  readFiles,
  type ReadFiles,
} from '../../fleet-server/src/delivery/declared/index.ts';
import {
  createRolloutWorld,
  type RolloutWorld,
} from '../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { getPipeline, pipelineKind } from '../../fleet-server/src/learning/pipelines/index.ts';
import { publishedSchemas } from '../../fleet-server/src/entry/published-schemas.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, formats: { 'date-time': true } });
const validators = new Map(
  Object.keys(publishedSchemas()).map((kind) => [kind, ajv.compile(jsonSchemaOf(kind, publishedSchemas()))]),
);
const isValid = (kind: string, value: unknown) => validators.get(kind)?.(value);
const read = (text: string) => readFiles([{ name: 'a.yaml', bytes: new TextEncoder().encode(text) }]);
const kinds = [pipelineKind];
const apply = (text: string, dryRun = false) =>
  applyDeclared(world.deps, 'user:ana', read(text).documents, { dryRun, kinds });
let docs: ReadFiles;
let world: RolloutWorld;

beforeAll(async () => {
  const page = await readFile(new URL('../../shared/docs/declared.md', import.meta.url), 'utf8');
  docs = read([...page.matchAll(/^```yaml\n([^]*?)^```$/gm)].map(([, block]) => block).join('---\n'));
  world = await createRolloutWorld();
  await world.addDevices(['harbour-gate'], { site: 'harbour', tags: ['canary'] });
  await world.addDevices(['tunnel-east', 'tunnel-west'], { site: 'tunnel' });
});
afterAll(() => world[Symbol.asyncDispose]());

describe('the example in the documentation', () => {
  it('has documents of every kind, and they can be read', () => {
    expect(docs.problems).toEqual([]);
    expect(new Set(docs.documents.map(({ kind }) => kind))).toEqual(new Set(KINDS));
  });

  it('is what the published schemas say, each by its kind and all by the one for any', () => {
    for (const one of docs.documents) {
      expect([one.name, isValid(one.kind.toLowerCase(), one), isValid('document', one)]).toEqual([
        one.name,
        true,
        true,
      ]);
    }
  });

  it('can be applied, and applied again without a change', async () => {
    const applyDocs = () => applyDeclared(world.deps, 'user:ana', docs.documents, { dryRun: false, kinds });
    const count = docs.documents.length;
    expect((await applyDocs()).changes.map(({ action }) => action)).toEqual(Array(count).fill('create'));
    expect((await applyDocs()).changes.map(({ action }) => action)).toEqual(Array(count).fill('unchanged'));
  });
});

const spec = (minRows: number, reference = 'data.dataset') => `kind: Pipeline
name: nightly
spec:
  steps:
    - { name: data, uses: data, with: { dataset: table } }
    - { name: look, uses: validate, backoff: 60s, with: { dataset: '\${{ ${reference} }}', minRows: ${minRows} } }`;
it('is made, told field by field where it changes, and left alone where it does not', async () => {
  expect((await apply(spec(5), true)).changes).toMatchObject([{ action: 'create' }]);
  expect((await apply(spec(5))).changes).toMatchObject([{ kind: 'Pipeline', name: 'nightly', action: 'create' }]);
  expect((await apply(spec(5).replace('60s', '1m'))).changes).toMatchObject([{ action: 'unchanged', fields: [] }]);
  expect((await apply(spec(7))).changes).toMatchObject([
    { action: 'change', fields: [{ field: 'steps.1.with.minRows', from: 5, to: 7 }] },
  ]);
  expect(await getPipeline(world.deps.database.db, 'nightly')).toMatchObject({ revision: 2, createdBy: 'user:ana' });
});

describe('a pipeline among the documents', () => {
  it('that is wrong is refused with everything else, each fault by its path and line', async () => {
    const text = `${spec(5, 'data.colour')}\n---\nkind: Site\nname: north\nspec: {}`;
    const { documents, placeOf } = read(text);
    const { problems, changes } = await applyDeclared(world.deps, 'user:ana', documents, { dryRun: true, kinds });
    expect(changes).toEqual([]);
    expect(problems).toMatchObject([
      {
        code: 'declared_malformed',
        field: 'spec.steps.1.with.dataset',
        message: expect.stringContaining('colour') as string,
      },
    ]);
    expect(placeOf(problems[0]!.document ?? -1, problems[0]!.path)).toMatchObject({ line: 6 });
    await expect(applyDeclared(world.deps, 'user:ana', documents, { dryRun: false, kinds })).rejects.toMatchObject({
      code: 'declared_refused',
      field: 'documents.0.spec.steps.1.with.dataset',
    });
  });

  it('is nothing that can be applied where nobody brings the kind', async () => {
    const { problems } = await applyDeclared(world.deps, 'user:ana', read(spec(5)).documents, { dryRun: true });
    expect(problems).toMatchObject([{ field: 'kind', expected: 'one of Site, Policy, Group, Rollout' }]);
  });
});

const DATA = 'kind: Pipeline\nname: a\nspec: { steps: [{ name: a, uses: data';
describe('a published schema', () => {
  const wrong: [what: string, text: string][] = [
    ['a key that is not there', 'kind: Policy\nname: a\nspec: { colour: red }'],
    ['more than everybody', 'kind: Policy\nname: a\nspec: { stages: [{ name: a, size: { percent: 101 } }] }'],
    ['a time without a unit', 'kind: Policy\nname: a\nspec: { stages: [{ name: a, size: { count: 1 }, soak: "24" }] }'],
    ['a selector and a list', 'kind: Group\nname: a\nspec: { selector: online, devices: [] }'],
    ['neither selector nor list', 'kind: Group\nname: a\nspec: {}'],
    ['a name with a space', 'kind: Site\nname: a b\nspec: {}'],
    ['a price in words', 'kind: Site\nname: a\nspec: { costPerMb: cheap }'],
    ['a step nobody has', 'kind: Pipeline\nname: a\nspec: { steps: [{ name: a, uses: magic }] }'],
    ['an input that a step does not take', `${DATA}, with: { files: [], colour: red } }] }`],
    ['a rollout of nothing', 'kind: Rollout\nname: a\nspec: { policy: standard }'],
  ];
  it.each(wrong)('refuses %s, as applying does', async (_, text) => {
    const { documents, problems } = read(text);
    const answer = await applyDeclared(world.deps, 'user:ana', documents, { dryRun: true, kinds });
    expect([...problems, ...answer.problems].map(({ code }) => code)).toContain('declared_malformed');
    const [, kind = ''] = /^kind: (\w+)/.exec(text) ?? [];
    const value = documents[0] ?? { kind, name: 'a b', spec: {} };
    expect(isValid(kind.toLowerCase(), value)).toBe(false);
  });

  it.each(['site', 'policy', 'group', 'rollout', 'pipeline', 'plan', 'document', 'scenario'])(
    'of a %s says what it is',
    (kind) => {
      expect(jsonSchemaOf(kind, publishedSchemas())).toMatchObject({
        $id: `urn:plumbline:schema:${kind}`,
        $schema: 'https://json-schema.org/draft/2020-12/schema',
      });
    },
  );
});
