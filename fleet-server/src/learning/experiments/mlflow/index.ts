export { MlflowError, type MlflowErrorCode } from './errors.ts';
export { exportRun, type ExportedRun, type RunSource } from './export-run.ts';
export { exportVersion, type ExportedVersion, type VersionSource } from './export-version.ts';
export { createMlflow, type Mlflow, type MlflowAddress, type MlflowOptions } from './rest.ts';
