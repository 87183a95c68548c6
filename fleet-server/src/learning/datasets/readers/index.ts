import { dslibTracking } from '../dslib/dslib-tracking.ts';
import { nycSca } from '../nyc-sca/nyc-sca.ts';
import { scheduleActivities } from '../schedule/schedule-activities.ts';
import { scheduleManagement } from './schedule-management.ts';
import type { Reader } from './reader.ts';

/** Readers of known inputs; a further one is a further entry. */
export const READERS: readonly Reader[] = [nycSca, dslibTracking, scheduleActivities, scheduleManagement];
