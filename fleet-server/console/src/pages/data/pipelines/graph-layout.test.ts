import { describe, expect, it } from 'vitest';
import { layOut, type Step } from './graph-layout.ts';

const step = (name: string, more: Partial<Step> = {}): Step => ({ name, uses: name, needs: [], with: {}, ...more });

describe('the graph of a pipeline', () => {
  it('puts every step to the right of what it names and of what it takes outputs from', () => {
    const nodes = layOut(
      [
        step('data'),
        step('left', { with: { dataset: '${{ data.dataset }}' } }),
        step('right', { needs: ['data'] }),
        step('search', { with: { a: ['${{left.x}}'] }, when: '${{ right.rows }} > 10' }),
      ],
      [],
    );
    expect(nodes.map(({ name, level, row, after }) => [name, level, row, after])).toEqual([
      ['data', 0, 0, []],
      ['left', 1, 0, ['data']],
      ['right', 1, 1, ['data']],
      ['search', 2, 0, ['left', 'right']],
    ]);
  });

  it('takes parameters for no step, and survives a circle', () => {
    const nodes = layOut(
      [step('a', { with: { folds: '${{ parameters.folds }}' }, needs: ['b'] }), step('b', { needs: ['a'] })],
      [],
    );
    expect(nodes.map(({ after }) => after)).toEqual([['b'], ['a']]);
    expect(nodes.every(({ level }) => level >= 0 && level < 2)).toBe(true);
  });

  it('shows the newest attempt of each step', () => {
    const attempt = { key: null, outputs: {}, says: '', startedAt: 0, endedAt: null, retryAt: null, fromRun: null };
    const [node] = layOut(
      [step('a')],
      [
        { ...attempt, step: 'a', attempt: 2, state: 'running', error: null },
        { ...attempt, step: 'a', attempt: 1, state: 'failed', error: { code: 'x', message: 'no rows' } },
      ],
    );
    expect(node).toMatchObject({ state: 'running', attempt: 2, says: '' });
  });
});
