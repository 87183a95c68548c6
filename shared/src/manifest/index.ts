export * from './archive.ts';
export * from './bundle.ts';
export * from './errors.ts';
export * from './feature.ts';
export * from './golden.ts';
export * from './manifest.ts';
export * from './record.ts';
export * from './version.ts';
