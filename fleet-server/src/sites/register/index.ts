export { archiveEmptied, archiveSite, type ArchiveOrder } from './archive.ts';
export { closeSite, DEFAULT_DEADLINE_MS, reopenSite, type CloseOrder } from './close.ts';
export { enrolList, type ListedDevice } from './enrol-list.ts';
export { SiteError, unknownSite, type SiteErrorCode } from './errors.ts';
export { findSite, getSite, listSites } from './list.ts';
export { putSite, type SiteChange } from './put.ts';
export { devicesOf, type DeviceEnd, type SiteDevice } from './remaining.ts';
export { SITE_STATES, type SiteRecord, type SiteState } from './site.ts';
export { zoneNamed } from './zone.ts';
