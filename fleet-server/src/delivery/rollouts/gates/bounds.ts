/** Pure, and wanted before delivery too: drift draws its bounds by the same functions. */
export { binomialTail, isSurelyAbove, isSurelyBelow, rateBounds } from '@plumbline/shared/drift';
