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
  makeTokens,
  type Approval,
  type MadeToken,
  type NewToken,
  type TokenDeps,
} from './enrolment/create-tokens.ts';
export { enrolDevice, type Enrolment } from './enrolment/enrol.ts';
export { recordLimited } from './enrolment/record-limited.ts';
export { DeviceError, unknownDevice, type DeviceErrorCode } from './errors.ts';
export { freezeFleet, isFrozen, liftFreeze, listFreezes, refuseFrozen, type Freeze } from './freeze/freeze.ts';
export { devicePage, stateCounts, type DeviceFilter, type DevicePage, type ListedDevice } from './list/device-page.ts';
export { DEVICE_STATES, deviceState, type DeviceState } from './list/device-state.ts';
export { keepLines } from './lines/keep-lines.ts';
export { listLines, type DeviceLine } from './lines/list-lines.ts';
export { chanceOfContact, contactCurve, nextContactQuantile } from './presence/contact.ts';
export { createHourlyMarks, markSeen, prunePresence, type HourlyMarks } from './presence/mark-seen.ts';
export { presenceOf, type DayPresence } from './presence/presence-of.ts';
export { recordReport } from './record-report.ts';
export { orderRetirement, takeBackRetirement } from './retire/order-retirement.ts';
export { retirementOf, retirementsOf, type RetirementNow } from './retire/retirement.ts';
export { bar, quarantineDevice, releaseDevice, revokeDevice } from './standing/bar.ts';
export { connectedDevices } from './standing/connected-devices.ts';
export { forgetConnections } from './standing/forget-connections.ts';
export { recordStatus } from './standing/record-status.ts';
export { recordTrespass } from './standing/record-trespass.ts';
export { readStanding, refuseBarred, standingOf, type Standing, type StandingNow } from './standing/standing.ts';
export { watchStaleness } from './staleness/watch.ts';
export { moveDevice, type MoveOrder } from './succession/move.ts';
export { replaceDevice, type ReplaceOrder, type Succession } from './succession/replace.ts';
export { settleSuccession } from './succession/settle.ts';
export { describeUnsent, unsentOf, type Unsent } from './succession/unsent.ts';
