import { compileErrors, validate } from '@readme/openapi-parser';
import { expect, it } from 'vitest';
import { openApiDocument } from '../../agent/src/node/local-api/openapi.ts';
import { describeApi } from './openapi.ts';

/** What somebody else's reader of OpenAPI says: of the shape of the document, and of what its shape cannot say. */
async function faultsOf(description: string): Promise<string> {
  const said = await validate(JSON.parse(description) as Parameters<typeof validate>[0], {
    validate: { errors: { colorize: false } },
  });
  return said.valid && said.warnings.length === 0 ? '' : compileErrors(said);
}

it.each([
  ['the fleet server', describeApi],
  ['a gateway', async () => JSON.stringify(openApiDocument(['http://127.0.0.1:8420']))],
])('the API of %s is described as OpenAPI 3.1 wants it', async (_, describe) => {
  expect(await faultsOf(await describe())).toBe('');
});

const get = { operationId: 'one', responses: { 200: { description: 'there' } } };
it.each([
  ['a path parameter that nobody describes', { '/things/{lost}': { get } }],
  ['one name for two operations', { '/a': { get }, '/b': { get } }],
  ['a parameter that is nowhere', { '/a': { get: { ...get, parameters: [{ name: 'x', in: 'nowhere' }] } } }],
])('a description with %s is refused', async (_, paths) => {
  const description = { openapi: '3.1.0', info: { title: 'x', version: '1' }, paths };
  expect(await faultsOf(JSON.stringify(description))).not.toBe('');
});
