export { askDiagnostics, type DiagnosticsOrder } from './ask-diagnostics.ts';
export { assignModel, desiredFrame, getAssignment, type AssignDeps, type NewAssignment } from './assign.ts';
export { assignRelease, type ReleaseOrder } from './assign-release.ts';
export { createChallenges, type Challenges } from './certificates/challenges.ts';
export { checkCertificate } from './certificates/check-certificate.ts';
export { credentialsOf, type Credentials } from './certificates/credentials.ts';
export { issueCertificate, type CertificateOrder, type IssueDeps } from './certificates/issue.ts';
export { renewCertificate } from './certificates/renew.ts';
export { getDevice, listDevices, type Device } from './describe.ts';
export { approveEnrolment, listPending, type PendingEnrolment } from './enrolment/approve.ts';
export {
  createToken,
  createTokens,
  type Approval,
  type MadeToken,
  type NewToken,
  type TokenDeps,
} from './enrolment/create-tokens.ts';
export { enrolDevice, type Enrolment } from './enrolment/enrol.ts';
export { recordLimited } from './enrolment/record-limited.ts';
export { DeviceError, type DeviceErrorCode } from './errors.ts';
export { recordReport } from './record-report.ts';
export { quarantineDevice, releaseDevice, revokeDevice } from './standing/bar.ts';
export { recordStatus } from './standing/record-status.ts';
export { recordTrespass } from './standing/record-trespass.ts';
export { readStanding, refuseBarred, standingOf, type Standing, type StandingNow } from './standing/standing.ts';
export { watchStaleness } from './staleness/watch.ts';
