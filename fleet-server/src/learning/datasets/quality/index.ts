export { assessQuality } from './assess.ts';
export { describeQuality } from './describe.ts';
export type { ColumnQuality, FindingCode, QualityFinding, QualityReport, Severity } from './finding.ts';
