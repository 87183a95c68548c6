export { appendEntries } from './append.ts';
export { entriesOf, pageOf } from './page.ts';
