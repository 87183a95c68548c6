export { RepositoryError, type RepositoryErrorCode } from './errors.ts';
export { describeRoot, fleetInForce, metadataInForce, type InForce } from './in-force.ts';
export { importDocuments, type ImportDeps, type ImportedDocuments, type OfflineDocuments } from './import/documents.ts';
export { importRepository } from './import/folder.ts';
export {
  insertMetadata,
  metadataBySha256,
  metadataByVersion,
  newestMetadata,
  type StoredMetadata,
} from './metadata.ts';
export { publishMetadata, publishTimestamp, type PublishingDeps } from './publish-metadata.ts';
export { remember } from './remember.ts';
export { freshTimestamp, renewMetadata } from './renew-metadata.ts';
export { repositorySource } from './source.ts';
export { DAY_MS, tufDate } from './tuf-date.ts';
