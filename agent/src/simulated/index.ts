export * from './device.ts';
export { FILES_FOLDER } from './files.ts';
export type { LinkWitness } from './link.ts';
export * from './stand-in/model.ts';
export * from './stand-in/runtime.ts';
export type { StoreWitness } from './store.ts';
