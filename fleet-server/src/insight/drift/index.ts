export { assessVersion, joinPeriods, type AssessOptions } from './assess.ts';
export { listVerdicts } from './list.ts';
export { referenceOf } from './reference.ts';
