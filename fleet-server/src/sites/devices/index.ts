export { assignModel, desiredFrame, getAssignment, type NewAssignment } from './assign.ts';
export { assignRelease, type ReleaseOrder } from './assign-release.ts';
export { createToken, type NewToken } from './create-token.ts';
export { getDevice, listDevices, type Device } from './describe.ts';
export { enrolDevice } from './enrol.ts';
export { DeviceError, type DeviceErrorCode } from './errors.ts';
export { recordReport } from './record-report.ts';
export { recordStatus } from './record-status.ts';
