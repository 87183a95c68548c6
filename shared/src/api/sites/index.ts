export * from './activity.ts';
export * from './device.ts';
export * from './enrolment.ts';
export * from './freeze.ts';
export * from './group.ts';
export * from './site.ts';
export * from './succession.ts';
