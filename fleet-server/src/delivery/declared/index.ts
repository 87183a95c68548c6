export { applyDeclared } from './apply.ts';
export {
  declaredDocument,
  KINDS,
  MAX_DOCUMENTS,
  type DeclaredAnswer,
  type DeclaredChange,
  type DeclaredDocument,
  type DeclaredProblem,
  type FieldChange,
  type KindName,
} from './document.ts';
export { DeclaredError, type DeclaredErrorCode } from './errors.ts';
export { diffSpelled } from './diff.ts';
export {
  MAX_FILE_BYTES,
  readFiles,
  readText,
  type PlacedProblem,
  type ReadFiles,
  type SourceFile,
} from './files/read-files.ts';
export type { AnyKind, DeclaredKind } from './kinds/index.ts';
export { jsonSchemaOf, writtenSchemas, type JsonSchema } from './schemas.ts';
