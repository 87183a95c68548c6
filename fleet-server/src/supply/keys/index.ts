export { keyPath, makeDevelopmentKeys, readRootBytes } from './development.ts';
export { KeyError } from './errors.ts';
export { readSigner } from './key-file.ts';
export { readServerKeys, type ServerKeys } from './server-keys.ts';
