export { gatherOverview, type Overview, type Scope } from './gather.ts';
export { SITE_STANDINGS, type SiteStanding } from './site-standing.ts';
