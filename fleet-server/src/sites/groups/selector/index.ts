export { FIELD_NAMES, FIELDS, OPERATORS_OF, type FieldName } from './fields.ts';
export { createMatcher } from './match.ts';
export { MAX_LENGTH, parseSelector } from './parse.ts';
export { printSelector } from './print.ts';
export type { InventoryRow } from './row.ts';
export { comparisonsOf, type Comparison, type Selector } from './tree.ts';
export { staysWithin } from './within.ts';
export type { KnownGroups } from './values.ts';
