import { describe, expect, it } from 'vitest';
import { createEventLog, createLog } from './log.ts';

function captured(isTTY: boolean) {
  const lines: string[] = [];
  return { lines, log: createLog('info', { isTTY, write: (text) => lines.push(text) }) };
}

const unreachable = { where: 'link', problem: 'link_unreachable', message: 'nobody there' };

describe('the log', () => {
  it('is a line of JSON each for programs', () => {
    const { lines, log } = captured(false);
    log.info({ line: 'delay' }, 'self_test_passed');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      expect.objectContaining({ level: 30, line: 'delay', msg: 'self_test_passed' }),
    ]);
  });

  it('is readable at a terminal', () => {
    const { lines, log } = captured(true);
    log.warn({ count: 2 }, 'nobody there');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d warn {2}nobody there count=2\n$/);
  });

  it('never shows a secret', () => {
    const { lines, log } = captured(false);
    log.info({ password: 'hush', request: { token: 'hush' } }, 'connecting');
    expect(lines.join('')).not.toContain('hush');
  });

  it('tells a problem that stays once, then at every tenfold, and counts it', () => {
    const { lines, log } = captured(false);
    const events = createEventLog(log);
    for (let i = 1; i <= 100; i += 1) events.take({ at: i, code: 'problem', details: unreachable });
    expect(lines.map((line) => JSON.parse(line).count)).toEqual([1, 10, 100]);
    expect(events.problems()).toEqual([
      { where: 'link', code: 'link_unreachable', count: 100, firstAt: 1, lastAt: 100 },
    ]);
  });

  it('tells every event', () => {
    const { lines, log } = captured(false);
    const events = createEventLog(log);
    for (const at of [1, 2]) events.take({ at, code: 'self_test_passed', details: { line: 'delay' } });
    expect(lines).toHaveLength(2);
  });
});
