import { describe, expect, it } from 'vitest';
import { ApiProblem } from '../../api/problem.ts';
import { whatChanged, withTheirs } from './changed-meanwhile.ts';

describe('a form whose thing somebody else has written meanwhile', () => {
  it('says who, and what it was and is now, of each field that changed', () => {
    const said = whatChanged('user:ben', [
      ['selector', 'tag = a', 'tag = b'],
      ['note', 'x', 'x'],
    ]);
    expect(said).toBe('ben has written selector “tag = b” for “tag = a”');
  });

  it('says so where the other wrote what was there', () => {
    expect(whatChanged('user:ben', [['note', 'x', 'x']])).toBe('ben has written it again, as it was');
  });

  it('looks only when it was refused for that', async () => {
    const other = new ApiProblem('no', { code: 'group_in_use', status: 409 });
    expect(await withTheirs(other, () => Promise.reject(new Error('nobody asked')))).toBe(other);
  });

  it('keeps the code', async () => {
    const about = { code: 'group_changed_meanwhile', status: 409 };
    const told = await withTheirs(new ApiProblem('refused', about), async () => ({ by: 'ben', fields: [] }));
    expect(told).toMatchObject({ ...about, message: 'refused: ben has written it again, as it was' });
  });
});
