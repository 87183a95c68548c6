import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configOf, createLog, createNodeAgent, type NodeAgent } from '@plumbline/agent/node';
import { createFleet, enrol, tinyModel, eventually, type TestFleet } from '../harness/index.ts';

describe('the local API of a gateway, given what it cannot take,', () => {
  let fleet: TestFleet;
  let running: NodeAgent;
  const log: string[] = [];

  beforeAll(async () => {
    fleet = await createFleet();
    const state = join(fleet.folder, 'gateway-1');
    await enrol(state, await fleet.code('gateway-1'));
    running = await start({ state });
    const version = await fleet.publish(tinyModel('delay', 0));
    await fleet.assign('gateway-1', 'delay', version);
    await eventually('the model runs', () => running.agent.state().lines[0]?.running !== undefined);
  });
  afterAll(async () => {
    await running[Symbol.asyncDispose]();
    await fleet[Symbol.asyncDispose]();
  });

  const start = (flags: { state: string; port?: number }) =>
    createNodeAgent(
      configOf({ port: 0, firstDelayMs: 50, ...flags }, {}),
      createLog('debug', { write: (line) => log.push(line) }),
    );
  const post = async (path: string, body: string, headers: Record<string, string> = {}) => {
    const response = await fetch(`${running.url}${path}`, { method: 'POST', body, headers });
    return { status: response.status, problem: (await response.json()) as { code: string; field?: string } };
  };
  const rows = () => Object.values(running.agent.state().outbox).map(({ lastSeq }) => lastSeq);

  it.each<[string, string, string, number, string, string]>([
    ['no JSON', '/v1/predict', '{"values": ', 400, 'request_malformed', 'body'],
    ['no record', '/v1/predict', '{"records": []}', 400, 'request_malformed', 'records'],
    ['a record without values', '/v1/predict', '{"activity": "a"}', 400, 'request_malformed', 'records[0].values'],
    ['a column that is missing', '/v1/predict', '{"values": {"a": 1}}', 400, 'value_missing', 'b'],
    ['a word for a number', '/v1/predict', '{"values": {"a": 1, "b": "x"}}', 400, 'value_type', 'b'],
    ['a line nobody assigned', '/v1/predict?line=cost', '{"values": {"a": 1, "b": 1}}', 503, 'no_model', 'line'],
    ['an outcome of no label', '/v1/outcomes', '{"activity": "a", "label": 2}', 400, 'request_malformed', 'label'],
    ['an outcome of nothing', '/v1/outcomes', '{"label": 1}', 400, 'request_malformed', 'activity'],
    ['a path that leads nowhere', '/v1/nothing', '{}', 404, 'no_such_route', ''],
  ])('refuses %s by code and field, and keeps nothing of it', async (_what, path, body, status, code, field) => {
    await running.agent.flush();
    const before = { rows: rows(), refused: log.filter((line) => line.includes('request refused')).length };
    const answer = await post(path, body);
    expect(answer).toMatchObject({ status, problem: { code } });
    expect(answer.problem.field ?? '').toContain(field);
    await running.agent.flush();
    expect(rows()).toEqual(before.rows);
    expect(log.filter((line) => line.includes('request refused'))).toHaveLength(before.refused + 1);
  });

  it('refuses pages of other origins', async () => {
    expect(await post('/v1/outcomes', '{}', { origin: 'https://elsewhere.example' })).toMatchObject({
      status: 403,
      problem: { code: 'request_not_local', field: 'Origin' },
    });
  });

  it('still answers', async () => {
    expect(await post('/v1/predict', '{"values": {"a": 1, "b": 1}}')).toMatchObject({ status: 200 });
  });

  it('keeps its port to itself', async () => {
    const state = join(fleet.folder, 'gateway-2');
    await enrol(state, await fleet.code('gateway-2'));
    const port = Number(new URL(running.url).port);
    await expect(start({ state, port })).rejects.toMatchObject({
      code: 'port_busy',
      field: 'port',
      message: expect.stringContaining(`127.0.0.1:${port}`),
    });
  });
});
