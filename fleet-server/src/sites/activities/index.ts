export { activityPage } from './activity-page.ts';
export { appendEntries } from './append.ts';
export { listDue, type DuePlan } from './due.ts';
export { endedSince, outcomesSince, type KnownOutcome } from './outcomes.ts';
export { entriesOf, pageOf } from './page.ts';
