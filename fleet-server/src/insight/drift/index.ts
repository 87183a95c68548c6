export { assessVersion, type AssessDeps, type AssessOptions } from './assess.ts';
export { subjectOf } from './findings/make-finding.ts';
export { standingAlarms } from './findings/standing-alarms.ts';
export {
  findingPage,
  listFindings,
  refusalPage,
  type FindingFilter,
  type KeptFinding,
} from './findings/list-findings.ts';
export { isWithin, listHolds } from './holds/settle-holds.ts';
export { listVerdicts } from './list.ts';
export { listDays, type DeviceDay } from './merge/device-days.ts';
export { mergedWindows, SCOPES, type MergedWindow, type WindowQuery } from './merge/merged-windows.ts';
export { referenceOf } from './reference.ts';
export { assessOutcomes, noteContradictions } from './realised/assess-outcomes.ts';
export { takeEvidence, type TakenEvidence } from './take/take-evidence.ts';
export { watchDrift, type DriftWatch, type WatchOptions } from './watch.ts';
export { removeOldDrift } from './remove-old.ts';
export { requireModel } from './require-model.ts';
