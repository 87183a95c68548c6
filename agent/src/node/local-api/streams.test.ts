import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { mintAssignment, mintRelease, mintRepository } from '../../testing/mint.ts';
import { createMemoryHost } from '../../testing/memory-host.ts';
import { createTestDevice, type TestDevice } from '../../testing/test-device.ts';
import { createChangeFeed, type ChangeFeed } from '../watch/change-feed.ts';
import { createLatency, timed } from '../watch/latency.ts';
import { createLocalApi } from './app.ts';
import { serveLocally, type LocalServer } from './serve.ts';

const LIMITS = { events: 5, characters: 100_000, readers: 2 };

interface BatchLine {
  row?: number;
  ref?: string;
  score?: number;
  error?: { code: string; field?: string };
}

describe('the streams of the local API', () => {
  let device: TestDevice;
  let feed: ChangeFeed;
  let server: LocalServer;

  beforeEach(async () => {
    feed = createChangeFeed('epoch', LIMITS);
    device = await createTestDevice({ onChange: (change) => feed.takeChange(change) });
    await device.start();
    const latency = createLatency();
    const app = createLocalApi({
      agent: timed(device.agent(), latency),
      clock: device.clock,
      driven: undefined,
      log: pino({ level: 'silent' }),
      runtime: 'linear "1.0.0"',
      problems: () => [],
      feed,
      metrics: { host: createMemoryHost(), latency, traffic: { upBytes: 3, downBytes: 4 } },
    });
    server = await serveLocally(app.fetch, 0);
  });
  afterEach(async () => {
    feed.close();
    await server[Symbol.asyncDispose]();
    await device.agent().stop();
  });

  const install = async () => {
    const release = await mintRelease();
    device.server.offer(release);
    device.server.assign(await mintAssignment(1, [release]), await mintRepository({ releases: [release] }));
    await device.pass(5000);
  };
  const batch = async (body: string, query = '', headers: Record<string, string> = {}) => {
    const init = { method: 'POST', body, headers, duplex: 'half' } as RequestInit;
    const response = await fetch(`${server.url}/v1/predict/batch${query}`, init);
    const text = await response.text();
    const lines = text
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as BatchLine);
    return { status: response.status, lines };
  };

  const read = async (headers: Record<string, string> = {}) => {
    const stop = new AbortController();
    const response = await fetch(`${server.url}/v1/events`, { headers, signal: stop.signal });
    const reader = response.body?.getReader();
    let text = '';
    return {
      status: response.status,
      async until(part: string) {
        while (!text.includes(part)) {
          const next = await reader?.read();
          if (next?.done !== false) return `${text}[end]`;
          text += new TextDecoder().decode(next.value);
        }
        return text;
      },
      stop: () => stop.abort(),
    };
  };
  const say = (code: string) => feed.takeEvent({ at: 1, code, details: {} });

  describe('answering a batch', () => {
    it('answer any number of records in order, bad lines in their place', async () => {
      await install();
      const lines = Array.from({ length: 2000 }, (_, i) => `{"ref":"r${i}","values":{"a":${i},"b":1}}\n`);
      lines[700] = '{"values":{"a":"much","b":1}}\n';
      lines[701] = 'nonsense\n';
      const { status, lines: answers } = await batch(lines.join(''), '?reasons=1');
      expect(status).toBe(200);
      expect(answers.map(({ row }) => row)).toEqual(lines.map((_, i) => i + 1));
      expect(answers[700]).toMatchObject({ row: 701, error: { code: 'value_type', field: 'values.a' } });
      expect(answers[701]).toMatchObject({ row: 702, error: { code: 'record_malformed', field: 'record' } });
      expect(answers[1999]).toMatchObject({ ref: 'r1999', score: expect.any(Number), reasons: [expect.anything()] });
      await device.pass(5000);
      const refs = device.server.rows('predictions').map(([, row]) => row.ref);
      expect(refs).toHaveLength(1998);
      expect(refs.at(-1)).toBe('r1999');
    });

    it('answer while the records are still coming', async () => {
      await install();
      const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
      const writer = writable.getWriter();
      const record = new TextEncoder().encode('{"values":{"a":1,"b":1}}\n');
      const asking = fetch(`${server.url}/v1/predict/batch`, {
        method: 'POST',
        body: readable,
        duplex: 'half',
      } as RequestInit);
      for (let i = 0; i < 300; i += 1) await writer.write(record);
      const reader = (await asking).body?.getReader();
      const first = await reader?.read();
      expect(new TextDecoder().decode(first?.value)).toContain('"row":1,');
      await writer.close();
      let rest = '';
      for (let next = await reader?.read(); next?.done === false; next = await reader?.read()) {
        rest += new TextDecoder().decode(next.value);
      }
      expect(rest).toContain('"row":300,');
    });

    it('take a table, and say where it breaks off', async () => {
      await install();
      const { lines } = await batch('a,b\n1,1\n"2,2\n', '', { 'content-type': 'text/csv' });
      expect(lines).toMatchObject([{ row: 2 }, { error: { code: 'csv_unclosed_quote', field: 'line 3' } }]);
      expect((await batch('')).lines).toEqual([]);
    });

    it.each([
      ['no model', false, '{"values":{}}\n', '', 503, 'no_model'],
      ['a line nobody assigned', true, '{"values":{}}\n', '?line=cost', 503, 'no_model'],
      ['half a reason', true, '{"values":{}}\n', '?reasons=0.5', 400, 'request_malformed'],
    ])('refuse what concerns all records: %s', async (_what, hasModel, body, query, status, code) => {
      if (hasModel) await install();
      const response = await fetch(`${server.url}/v1/predict/batch${query}`, { method: 'POST', body });
      expect(response.status).toBe(status);
      expect(await response.json()).toMatchObject({ code });
    });
  });

  describe('of events', () => {
    it('tell of predictions, lines, the connection and events as they happen', async () => {
      const reader = await read();
      await reader.until(': reading');
      await install();
      await fetch(`${server.url}/v1/predict`, {
        method: 'POST',
        body: '{"activity":"x","ref":"r","values":{"a":1,"b":1}}',
      });
      say('something');
      const text = await reader.until('something');
      reader.stop();
      expect(text).toMatch(/^id: epoch\.\d+$/m);
      expect(text).toContain('event: line\ndata: {"line":');
      expect(text).toMatch(/event: predictions\ndata: \{"count":1,.*"ref":"r","activity":"x"/);
      expect(text).toMatch(/event: event\ndata: \{"at":1,"code":"something"/);
    });

    it('go on after the last that was read, and say when something is missing', async () => {
      for (let i = 1; i <= 8; i += 1) say(`e${i}`);
      const kept = feed.read(0);
      let sixth = 0;
      for (let one = await kept?.next(0); typeof one === 'object'; one = await kept?.next(0)) {
        if (one.data.includes('e6')) sixth = one.id;
      }
      kept?.[Symbol.dispose]();
      const good = await read({ 'last-event-id': `epoch.${sixth}` });
      const text = await good.until('e8');
      good.stop();
      expect(text).toContain('e7');
      expect(text).not.toContain('gap');
      expect(text).not.toContain('e6');
      for (const last of ['epoch.1', 'before.7', 'nonsense']) {
        const late = await read({ 'last-event-id': last });
        const told = await late.until('e8');
        late.stop();
        expect(told).toMatch(/^event: gap\n/);
        expect(told).toContain('e4');
        expect(told).not.toContain('e3');
      }
    });

    it('cut off a reader that does not keep up, and keep no more than they may', async () => {
      const slow = feed.read(undefined);
      for (let i = 0; i < 6; i += 1) say(`e${i}`);
      expect(await slow?.next(0)).toBe('behind');
      slow?.[Symbol.dispose]();
      const big = createChangeFeed('b', { events: 100, characters: 1000, readers: 1 });
      for (let i = 0; i < 50; i += 1) big.takeEvent({ at: i, code: 'x'.repeat(100), details: {} });
      const reader = big.read(0);
      expect(reader?.missed).toBe(true);
      let count = 0;
      while (typeof (await reader?.next(0)) === 'object') count += 1;
      expect(count).toBeLessThan(10);
      expect(big.read(0)).toBeUndefined();
    });

    it('let in only so many at once, and again when one has left', async () => {
      const [first, second] = [await read(), await read()];
      const third = await fetch(`${server.url}/v1/events`);
      expect(third.status).toBe(503);
      expect(await third.json()).toMatchObject({ code: 'too_many_readers' });
      first.stop();
      for (let i = 0; feed.readers() > 1 && i < 200; i += 1) await new Promise((resolve) => setTimeout(resolve, 5));
      const fourth = await read();
      expect(fourth.status).toBe(200);
      fourth.stop();
      second.stop();
    });

    it('end with the process', async () => {
      const reader = await read();
      await reader.until('reading');
      feed.close();
      expect(await reader.until('never')).toContain('[end]');
    });
  });

  it('show to Prometheus what the agent knows, in its format', async () => {
    await install();
    await fetch(`${server.url}/v1/predict`, { method: 'POST', body: '{"values":{"a":1,"b":1}}' });
    const response = await fetch(`${server.url}/metrics`);
    expect(response.headers.get('content-type')).toContain('version=0.0.4');
    const text = await response.text();
    const sample = /^[a-z_]+(\{([a-z0-9_]+="(?:[^"\\\n]|\\["\\n])*"(,|(?=\})))+\})? (-?[\d.e+-]+|\+Inf|NaN)$/;
    for (const line of text.trimEnd().split('\n'))
      expect(line).toMatch(line.startsWith('#') ? /^# (HELP|TYPE) plumbline_/ : sample);
    expect(text).toContain('runtime="linear \\"1.0.0\\""');
    expect(text).toMatch(/^plumbline_model_info\{line="[^"]+",state="\w+",sha256="[0-9a-f]{64}",version="1\.0\.0"/m);
    expect(text).toMatch(/^plumbline_predictions_total 1$/m);
    expect(text).toMatch(/^plumbline_prediction_latency_seconds_bucket\{le="\+Inf"\} 1$/m);
    expect(text).toMatch(/^plumbline_prediction_latency_seconds_count 1$/m);
    expect(text).toMatch(/^plumbline_outbox_rows_waiting\{class="entries"\} 0$/m);
    expect(text).toMatch(/^plumbline_trust_expires_timestamp_seconds\{role="root"\} \d+$/m);
    expect(text).toMatch(/^plumbline_link_bytes_total\{direction="down"\} 4$/m);
    expect(text).toMatch(/^plumbline_free_disk_bytes \d+$/m);
  });
});
