import { expect, test } from 'vitest';
import { dslibTracking } from './dslib-tracking.ts';
import type { DataFile } from '../files/data-file.ts';

function file(source: string, header: string, ...lines: string[]): DataFile {
  const rows = lines.map((line, place) => ({ line: place + 2, cells: line.split(',') }));
  return { source, sha256: '', header: header.split(','), rows, rejected: [] };
}

const activities = file(
  'a.csv',
  'project_code,activity_id,sector,baseline_duration_h,hours_per_day,start_offset_wh,project_duration_wh,n_pred,n_succ,n_resources,delayed',
  'P1,1,construction,40,8,0,100,0,1,2,1',
);
const tracking = file(
  't.csv',
  'project_code,period,status_date,activity_id,baseline_start,baseline_finish,baseline_duration_h,planned_pct,actual_start,remaining_duration_h,pct_complete,start_delay_wh,final_finish_delay_wh,final_delayed',
  'P1,1,2020-01-08 17:00,1,2020-01-06 08:00,2020-01-10 17:00,40,0.6,2020-01-07 08:00,32,0.2,8,16,1',
  'P1,1,2020-01-08 17:00,2,2020-01-13 08:00,2020-01-13 08:00,0,0,,0,0,0,0,0',
  'P1,2,2020-01-15 17:00,1,2020-01-06 08:00,2020-01-10 17:00,40,1,2020-01-07 08:00,0,1,8,16,1',
  'P1,2,2020-01-15 17:00,2,2020-01-13 08:00,2020-01-13 08:00,0,IEH,,0,0,0,0,0',
);

test('an activity is an example on every status date on which it is unfinished, measured against its baseline', () => {
  const { examples, counts, rejected } = dslibTracking.read([tracking, activities], {});
  expect(examples.map(({ ref, label }) => [ref, label])).toEqual([
    ['P1/1/1', 1],
    ['P1/2/1', 0],
  ]);
  expect(examples[0]).toMatchObject({
    group: 'P1',
    dueAt: Date.UTC(2020, 0, 10, 17),
    knownAt: Date.UTC(2020, 0, 15, 17),
    values: {
      sector: 'construction',
      remaining_ratio: 0.8,
      start_delay_days: 1,
      baseline_days: 5,
      n_succ: 1,
      started: 1,
    },
  });
  expect(examples[0]?.values['progress_gap']).toBeCloseTo(0.4);
  expect(examples[0]?.values['project_gap']).toBeCloseTo(0.2);
  expect(examples[1]?.values).toMatchObject({ elapsed_ratio: null, start_delay_ratio: null, sector: null, started: 0 });
  expect(rejected).toMatchObject([{ line: 5, code: 'not_a_number' }]);
  expect(counts).toEqual({ plan: 1, not_a_number: 1, kept: 2, finished: 1 });
});
