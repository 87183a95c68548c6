import { describe, expect, it } from 'vitest';
import { settle } from '../pages/record/settle.ts';
import { openConflicts, type Edit } from './conflicts.ts';
import { activity, NOW } from './testing/small-site.ts';

const edit = (id: string, percentComplete: number): Edit => ({
  id,
  activity: 'pour slab',
  base: null,
  actor: 'ben',
  at: NOW,
  field: 'progress',
  value: { percentComplete, observedAt: NOW },
});
const inDispute = (...others: Edit[]) =>
  activity('pour slab', {
    progress: { percentComplete: 40, observedAt: NOW + 1 },
    standing: { progress: 'in-force' },
    conflicts: others,
  });

describe('two tablets that edited one activity', () => {
  it('are asked about while they say different things, and not when they agree', () => {
    expect(openConflicts(inDispute(edit('other-1', 60)))).toMatchObject([{ field: 'progress', standing: 'in-force' }]);
    expect(openConflicts(inDispute(edit('other-1', 40)))).toEqual([]);
  });

  it('are settled by entries that replace each wrong one, so that everybody says the same', () => {
    const disputed = inDispute(edit('other-1', 60), edit('other-2', 70));
    const [conflict] = openConflicts(disputed);
    if (conflict === undefined) throw new Error('expected a conflict');
    const said = (chosen?: Edit) =>
      settle(disputed, conflict, chosen).map((one) => [one.base, 'value' in one && one.value]);
    expect(said()).toEqual([
      ['other-1', { percentComplete: 40 }],
      ['other-2', { percentComplete: 40 }],
    ]);
    expect(said(conflict.others[0])).toEqual([
      ['in-force', { percentComplete: 60 }],
      ['other-2', { percentComplete: 60 }],
    ]);
  });
});
