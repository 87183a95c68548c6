export { findActivities, type ActivitySearch, type FoundActivity } from './find-activities.ts';
