export { approveModel } from './approve.ts';
export { chooseModel } from './choose.ts';
export { ModelError, type ModelErrorCode } from './errors.ts';
export { intakeModel, scoresOf, type AcceptedModel, type ModelIntake } from './intake/intake.ts';
export {
  getModel,
  isReleasedPayload,
  lineDocumentBytes,
  listModels,
  pendingApprovals,
  type PendingApproval,
  type VariantSummary,
  type VersionSummary,
} from './list.ts';
export { modelMapping, parseMapping, type ModelMapping } from './intake/mapping.ts';
export { optimizeModel, type Candidate, type OptimizedModel, type TrialRow } from './optimize.ts';
export { submitForApproval, type AwaitingRelease, type PublishDeps } from './publish.ts';
export { digestsOf } from './seal.ts';
export { withdrawModel } from './withdraw.ts';
