import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { publicEvent, publicEventTypes } from '@plumbline/shared/api';
import { beforeAll, describe, expect, it } from 'vitest';
import { makeSecret, signMessage } from './signature.ts';

const NOW = Date.UTC(2026, 4, 13, 9, 30);
const BODY = '{"type":"webhook.ping","data":{"webhook":"wh_ä"}}';
const hasPython = spawnSync('python3', ['--version']).status === 0;
let page: string;

beforeAll(async () => {
  page = await readFile(new URL('../../../../shared/docs/events.md', import.meta.url), 'utf8');
});

const codeIn = (language: string) => new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(page)?.[1] ?? '';

describe('the page on events', () => {
  it('has every type, with an example that fits its schema', () => {
    const rows = [...page.matchAll(/^\| `([a-z.]+)` +\|[^|]*\| `(\{.*\})` +\|$/gm)];
    const examples = new Map(rows.map(([, type = '', data = '']) => [type, JSON.parse(data) as unknown]));
    expect([...examples.keys()].toSorted()).toEqual([...publicEventTypes].toSorted());
    for (const [type, data] of examples) {
      const parsed = publicEvent.safeParse({ type, timestamp: new Date(NOW).toISOString(), data });
      expect({ type, issues: parsed.error?.issues ?? [] }).toEqual({ type, issues: [] });
    }
  });

  const [secret, old] = [makeSecret(), makeSecret()];
  const good = signMessage('msg_1', NOW, BODY, [secret, old]);
  const cases: [string, { secret?: string; headers?: object; body?: string; at?: number }, boolean][] = [
    ['takes what we signed', {}, true],
    ['takes it with the old secret in the grace', { secret: old }, true],
    ['refuses another secret', { secret: makeSecret() }, false],
    ['refuses another body', { body: `${BODY} ` }, false],
    ['refuses another id', { headers: { ...good, 'webhook-id': 'msg_2' } }, false],
    ['refuses a message of last week', { at: NOW + 7 * 24 * 3_600_000 }, false],
  ];
  const given = (changed: (typeof cases)[number][1]) => ({ secret, headers: good, body: BODY, at: NOW, ...changed });

  it.each(cases)('shows code for Node that %s', async (_what, changed, taken) => {
    const url = `data:text/javascript,${encodeURIComponent(codeIn('js'))}`;
    const { verify } = (await import(/* @vite-ignore */ url)) as { verify: (...args: unknown[]) => boolean };
    const { secret: by, headers, body, at } = given(changed);
    expect(verify(by, headers, body, at / 1000)).toBe(taken);
  });

  it.skipIf(!hasPython)('shows code for Python that does the same (skipped where there is no python3)', () => {
    const input = JSON.stringify(cases.map(([, changed]) => given(changed)));
    const ask = `
import json, sys
print(json.dumps([verify(c["secret"], c["headers"], c["body"].encode(), c["at"] / 1000) for c in json.load(sys.stdin)]))`;
    const ran = spawnSync('python3', ['-c', codeIn('python') + ask], { input, encoding: 'utf8' });
    expect(ran.stderr).toBe('');
    expect(JSON.parse(ran.stdout)).toEqual(cases.map(([, , taken]) => taken));
  });
});
