export { lastAnswered, readDiagnostics, type DiagnosticsAnswer } from './diagnostics.ts';
export { TelemetryError, type TelemetryErrorCode } from './errors.ts';
export { exportPage, exportPages, type KeptRow, type RowCursor, type RowFilter } from './export.ts';
export { createIngest, type Ingest } from './ingest.ts';
export { keepOwn, NO_SITE, ownStream, SERVER_DEVICE } from './keep-own.ts';
export { listMatured, listPredicted, type Matured, type MaturedRange } from './matured.ts';
export { countTelemetry, listPredictions, listStreams, listWindows, type TelemetryCounts } from './query.ts';
export type { Incoming } from './take-batch.ts';
