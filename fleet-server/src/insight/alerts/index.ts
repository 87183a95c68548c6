export { acknowledgeAlert } from './acknowledge.ts';
export { getAlert, listAlerts, type Alert } from './alert.ts';
export type { AlertKind, AlertScope } from './condition.ts';
export { AlertError, type AlertErrorCode } from './errors.ts';
export { lookForAlerts, watchAlerts, type AlertWatch } from './watch.ts';
export { explainDevice, type Explanation } from './why/explain-device.ts';
export type { Finding } from './why/finding.ts';
