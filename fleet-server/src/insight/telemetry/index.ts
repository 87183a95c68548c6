export { TelemetryError, type TelemetryErrorCode } from './errors.ts';
export { createIngest, type Ingest } from './ingest.ts';
export {
  countTelemetry,
  exportPage,
  listPredictions,
  listStreams,
  listWindows,
  type TelemetryCounts,
} from './query.ts';
export type { Incoming } from './take-batch.ts';
