export * from './database.ts';
export { DbError, isUniqueViolation, type DbErrorCode } from './errors.ts';
export { openDatabase, type DatabaseConfig } from './open.ts';
export { preparedRead, preparedWrite, rowsInserter, type RowsReader, type RowsWriter } from './prepared.ts';
export { mark, timeOf } from './engines/scope.ts';
export { CursorError, cursorOf, olderThan, pageOfRows, readCursor } from './keyset.ts';
export * from './query.ts';
export * from './tables/index.ts';
