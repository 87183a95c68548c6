export { chooseModel } from './choose.ts';
export { ModelError, type ModelErrorCode } from './errors.ts';
export { intakeModel, type AcceptedModel, type ModelIntake } from './intake/intake.ts';
export { listLinesOfModels, type LineSummary } from './lines.ts';
export {
  getModel,
  listModels,
  modelPage,
  VERSION_STATES,
  type VariantSummary,
  type VersionFilter,
  type VersionSummary,
} from './list.ts';
export { numbersOf } from './judge/answers.ts';
export { modelMapping, parseMapping, type ModelMapping } from './intake/mapping.ts';
export {
  optimizeFile,
  optimizeModel,
  searchEncodings,
  type FileOptions,
  type FileSubject,
  type FileTrial,
  type LabelledRecords,
  type Measured,
  type Metric,
  type OptimizedFile,
  type OptimizedModel,
  type OptimizeOptions,
  type Searched,
  type TrialRow,
  type Variant,
} from './optimize/index.ts';
export { isReleasedPayload, versionsOfArchive } from './payloads.ts';
export { LAB_LIMITS, scoresOf } from './score-records.ts';
export { submitForApproval, type AwaitingRelease, type PublishDeps } from './publish.ts';
export { loadSampleFiles, readSamples, type SampleSet } from './samples/index.ts';
export { encodeForWire, WIRE_CODECS, wireSizesOf, type WireSizes } from './wire-codecs.ts';
export { digestsOf, sealVariants, type SealedVariant } from './seal.ts';
export {
  listAliases,
  moveAlias,
  moveAliasIn,
  removeAlias,
  resolveVersion,
  type Alias,
  type AliasOrder,
} from './registry/aliases.ts';
export {
  deprecateModel,
  deprecationOf,
  refuseDeprecated,
  reinstateModel,
  type DeprecateOrder,
  type Deprecation,
} from './registry/deprecations.ts';
export { outputsOf } from './registry/outputs.ts';
export { approveModel, type ApprovalSignature, type ApprovedDraft } from './release/approve.ts';
export type { DraftDeps } from './release/drafts.ts';
export { lineInForce, refuseUndelegated } from './release/line-in-force.ts';
export { findPending, getPending, pendingApprovals, type PendingApproval } from './release/pending.ts';
export { renewRepository, type Renewed } from './release/renew.ts';
export { withdrawModel } from './release/withdraw.ts';
