import { expect, it } from 'vitest';
import type { Feature } from '../manifest/feature.ts';
import type { GraphInput } from '../manifest/manifest.ts';
import { shareableFeatures } from './shareable.ts';

const feature = (name: string, from: Feature['from'], hidden = false): Feature => ({
  name,
  type: 'number',
  missing: 'accept',
  from,
  ...(hidden && { private: true }),
});

it('what may leave neither is private nor reads or tells apart by a column that is', () => {
  const features = [
    feature('float', { column: 'tf' }),
    feature('wage', { column: 'pay' }, true),
    feature('pay again', { column: 'pay' }),
    feature('foreman', { column: 'foreman' }, true),
    feature('late by foreman', { derived: 'trade-late-rate@1', of: 'foreman' }),
    feature('late by trade', { derived: 'trade-late-rate@1' }),
    feature('month', { derived: 'as-of-month@1' }),
  ];
  const inputs: GraphInput[] = [{ kind: 'columns', name: 'x', dtype: 'float32', batch: 'dynamic', features }];
  expect(shareableFeatures({ inputs }).map(({ name }) => name)).toEqual(['float', 'late by trade', 'month']);
});
