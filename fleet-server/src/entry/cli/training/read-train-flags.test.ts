import { describe, expect, it } from 'vitest';
import { readTrainFlags } from './read-train-flags.ts';
import type { TrainFlags } from './train.ts';

const GIVEN: TrainFlags = {
  file: ['rows.csv'],
  task: 'classification',
  search: 'grid',
  folds: '5',
  repeats: '1',
  seed: '1',
  workers: '2',
  memory: '2048',
};

describe('the flags of train', () => {
  it.each<[string, Partial<TrainFlags>, object]>([
    ['roles', { label: 'late', ignore: ['note'] }, { source: { roles: { label: 'late', ignore: ['note'] } } }],
    ['a random search', { search: 'random:20' }, { strategy: { kind: 'random', count: 20 } }],
    ['halving', { search: 'halving' }, { strategy: { kind: 'halving' } }],
    ['halving of so many', { search: 'halving:27' }, { strategy: { kind: 'halving', count: 27 } }],
    ['algorithms', { algorithms: 'logistic, forest' }, { algorithms: ['logistic', 'forest'], published: false }],
    ['weights', { classWeight: '2:1' }, { classWeight: { late: 2, inTime: 1 } }],
    ['costs', { costMiss: '5', costAlarm: '0.5' }, { costs: { miss: 5, alarm: 0.5 } }],
    ['a quantile', { task: 'regression', loss: 'quantile:0.9' }, { loss: { quantile: 0.9 } }],
    [
      'derived columns',
      { derive: 'planned-days@1, trade-late-rate@1:crew' },
      { derive: ['planned-days@1', 'trade-late-rate@1:crew'] },
    ],
    ['no hold-out', { holdout: '0' }, { holdout: 0 }],
  ])('say %s', (_what, flags, expected) => {
    expect(readTrainFlags({ ...GIVEN, ...flags })).toMatchObject(expected);
  });

  it('name nine families for the published use case', () => {
    const { algorithms, published } = readTrainFlags({ ...GIVEN, algorithms: 'published' });
    expect(published).toBe(true);
    expect(new Set(algorithms).size).toBe(9);
  });

  it.each<[string, Partial<TrainFlags>, string]>([
    ['a strategy that is none', { search: 'random' }, 'search'],
    ['no configurations', { search: 'random:0' }, 'search'],
    ['an algorithm that is none', { algorithms: 'forest,magic' }, 'algorithms'],
    ['one cost without the other', { costMiss: '5' }, 'cost-alarm'],
    ['a cost of nothing', { costMiss: '5', costAlarm: '0' }, 'cost-alarm'],
    ['a weight that is none', { classWeight: 'heavy' }, 'class-weight'],
    ['weights of a regression', { task: 'regression', classWeight: 'balanced' }, 'class-weight'],
    ['a loss of a classification', { loss: 'squared' }, 'loss'],
    ['a task that is none', { task: 'clustering' }, 'task'],
    ['a derivation without a name', { derive: 'planned-days@1,' }, 'derive'],
    ['one fold', { folds: '1' }, 'folds'],
    ['a share that is no number', { holdout: 'some' }, 'holdout'],
    ['an experiment without a name', { record: ' ' }, 'record'],
    ['to resume nowhere', { resume: true }, 'resume'],
    ['a file and a data set', { dataset: 'delays@12345678' }, 'file'],
  ])('refuse %s, naming the flag', (_what, flags, field) => {
    expect(() => readTrainFlags({ ...GIVEN, ...flags })).toThrow(
      expect.objectContaining({ code: 'config_invalid', field, expected: expect.stringMatching(/./) as string }),
    );
  });

  it('refuse columns beside a registered data set', () => {
    const { file: _file, ...rest } = GIVEN;
    expect(() => readTrainFlags({ ...rest, dataset: 'delays@12345678', label: 'late' })).toThrow(
      expect.objectContaining({ field: 'label' }),
    );
  });
});
