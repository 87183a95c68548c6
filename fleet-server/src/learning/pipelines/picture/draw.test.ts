import { describe, expect, it } from 'vitest';
import type { StepAttempt } from '../runs/run.ts';
import { drawMermaid, drawSvg, drawText } from './draw.ts';
import { nodesOf, SIGNS } from './nodes.ts';

const steps = [
  { name: 'data', uses: 'data', after: [] },
  { name: 'left', uses: 'validate', after: ['data'] },
  { name: 'right', uses: 'split', after: ['data'] },
  { name: 'search', uses: 'search', after: ['left', 'right'] },
];
const attempt = (step: string, state: StepAttempt['state'], more: Partial<StepAttempt> = {}): [string, StepAttempt] => [
  step,
  {
    step,
    attempt: 1,
    state,
    key: null,
    outputs: {},
    says: '',
    startedAt: 0,
    endedAt: 1500,
    retryAt: null,
    fromRun: null,
    error: null,
    ...more,
  },
];
const latest = new Map([
  attempt('data', 'cached'),
  attempt('left', 'succeeded', { says: '320 rows' }),
  attempt('right', 'failed', { attempt: 3, error: { code: 'split_empty', message: 'no <rows> & "none" left' } }),
]);
const nodes = nodesOf(steps, latest, 2000);

describe('the picture of a run', () => {
  it('puts every step below all it waits for', () => {
    expect(nodes.map(({ level }) => level)).toEqual([0, 1, 1, 2]);
  });

  it('says each state in a word and a sign of its own', () => {
    expect(new Set(Object.values(SIGNS)).size).toBe(Object.keys(SIGNS).length);
    for (const drawn of [drawText(nodes), drawMermaid(nodes), drawSvg(nodes, 'a run')]) {
      for (const { name, state } of nodes) {
        expect(drawn).toContain(`${SIGNS[state]} ${name}`);
        expect(drawn).toContain(state);
      }
    }
    expect(drawText(nodes)).toContain('✗ right (split) [failed] ← data: no <rows> & "none" left');
  });

  it('draws every arrow, and breaks out of nothing', () => {
    const svg = drawSvg(nodes, 'run of "a" & <b>');
    expect(svg.match(/marker-end/g)).toHaveLength(4);
    expect(drawMermaid(nodes).match(/-->/g)).toHaveLength(4);
    expect(svg).toContain('no &lt;rows&gt; &amp; &quot;none&quot; left');
    expect(svg).not.toContain('<b>');
    expect(svg).toContain('failed, 1.5 s, attempt 3');
  });
});
