/** Pure, and wanted before delivery too: drift draws its bounds by the same functions. */
export { clusterDifference, clusterMean, type Mean, meanBounds, MIN_CLUSTERS } from '@plumbline/shared/drift';
