export { createHeadKeeper, type HeadKeeper } from './keep-heads.ts';
export { readHeadPlace, type HeadPlace } from './settings.ts';
