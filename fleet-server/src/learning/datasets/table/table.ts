import { readTable } from './read-table.ts';
import type { Reader } from '../readers/reader.ts';

/** Any table whose roles someone states. Recognises nothing: it is what is left. */
export const table: Reader = { name: 'table', version: 3, recognise: () => 0, read: readTable };
