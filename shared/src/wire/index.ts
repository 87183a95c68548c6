export * from './acl.ts';
export * from './diagnostics.ts';
export * from './errors.ts';
export * from './frame.ts';
export * from './messages.ts';
export * from './photo.ts';
export * from './rows.ts';
export * from './topics.ts';
