import { shareOf } from './reader.ts';
import { readTable } from '../table/read-table.ts';
import type { Reader } from './reader.ts';

const COLUMNS = ['Project Schedules', 'Construction Activity Data', 'Schedule Adherence'];

/**
 * The rows of the published use case "Schedule Management in Construction Activities": two numbers and a label that
 * does not depend on them. Everything must run on it and no model of it may be registered.
 */
export const scheduleManagement: Reader = {
  name: 'schedule-management',
  version: 1,
  recognise: (header) => (header.length === COLUMNS.length && shareOf(header, COLUMNS) === 1 ? 1 : 0),
  read: (files) => readTable(files, { label: 'Schedule Adherence', target: 'Schedule Adherence is 1' }),
};
