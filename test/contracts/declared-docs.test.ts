import { readFile } from 'node:fs/promises';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  applyDeclared,
  jsonSchemaOf,
  readFiles,
  type ReadFiles,
} from '../../fleet-server/src/delivery/declared/index.ts';
import {
  createRolloutWorld,
  type RolloutWorld,
} from '../../fleet-server/src/delivery/rollouts/testing/rollout-world.ts';
import { publishedSchemas } from '../../fleet-server/src/entry/published-schemas.ts';

const ajv = new Ajv2020({ strict: true, strictRequired: false, allErrors: true, formats: { 'date-time': true } });
const validators = new Map(
  Object.keys(publishedSchemas()).map((kind) => [kind, ajv.compile(jsonSchemaOf(kind, publishedSchemas()))]),
);
const isValid = (kind: string, value: unknown) => validators.get(kind)?.(value);
const read = (text: string) => readFiles([{ name: 'a.yaml', bytes: new TextEncoder().encode(text) }]);
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
    expect(new Set(docs.documents.map(({ kind }) => kind))).toEqual(new Set(['Site', 'Group', 'Policy', 'Rollout']));
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
    const apply = () => applyDeclared(world.deps, 'user:ana', docs.documents, { dryRun: false });
    const count = docs.documents.length;
    expect((await apply()).changes.map(({ action }) => action)).toEqual(Array(count).fill('create'));
    expect((await apply()).changes.map(({ action }) => action)).toEqual(Array(count).fill('unchanged'));
  });
});

describe('a published schema', () => {
  const wrong: [what: string, text: string][] = [
    ['a key that is not there', 'kind: Policy\nname: a\nspec: { colour: red }'],
    ['more than everybody', 'kind: Policy\nname: a\nspec: { stages: [{ name: a, size: { percent: 101 } }] }'],
    ['a time without a unit', 'kind: Policy\nname: a\nspec: { stages: [{ name: a, size: { count: 1 }, soak: "24" }] }'],
    ['a selector and a list', 'kind: Group\nname: a\nspec: { selector: online, devices: [] }'],
    ['neither selector nor list', 'kind: Group\nname: a\nspec: {}'],
    ['a name with a space', 'kind: Site\nname: a b\nspec: {}'],
    ['a price in words', 'kind: Site\nname: a\nspec: { costPerMb: cheap }'],
    ['a rollout of nothing', 'kind: Rollout\nname: a\nspec: { policy: standard }'],
  ];
  it.each(wrong)('refuses %s, as applying does', async (_, text) => {
    const { documents, problems } = read(text);
    const answer = await applyDeclared(world.deps, 'user:ana', documents, { dryRun: true });
    expect([...problems, ...answer.problems].map(({ code }) => code)).toContain('declared_malformed');
    const [, kind = ''] = /^kind: (\w+)/.exec(text) ?? [];
    const value = documents[0] ?? { kind, name: 'a b', spec: {} };
    expect(isValid(kind.toLowerCase(), value)).toBe(false);
  });

  it.each(['site', 'policy', 'group', 'rollout', 'plan', 'document', 'scenario'])('of a %s says what it is', (kind) => {
    expect(jsonSchemaOf(kind, publishedSchemas())).toMatchObject({
      $id: `urn:plumbline:schema:${kind}`,
      $schema: 'https://json-schema.org/draft/2020-12/schema',
    });
  });
});
