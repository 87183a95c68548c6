import { eventData, type PublicEventType } from '@plumbline/shared/api';
import { codeOf } from '@plumbline/shared/errors';
import { getRollout } from '../../../delivery/rollouts/index.ts';
import { getAlert } from '../../../insight/alerts/index.ts';
import { isWithin } from '../../../platform/access/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { FedEvent } from '../../webhooks/index.ts';
import { isAlertWithin, isDeviceWithin, isPlanWithin } from '../access/reach.ts';

/** What whoever has a role on any site may read anyway: models, and the brake. */
const OF_NO_SITE: ReadonlySet<string> = new Set<PublicEventType>([
  'model.published',
  'model.aliased',
  'model.deprecated',
  'fleet.frozen',
  'fleet.thawed',
]);

/**
 * Events as somebody hears them who has a role on some sites: those of these sites, of rollouts that stay there, and what
 * is of no site. Of everything else, also of what is not known here, nothing: a new type is silent until somebody says
 * of which site it is.
 */
export function withinSites(fleet: Fleet, sites: readonly string[]): (event: FedEvent) => Promise<boolean> {
  return async ({ type, body }) => {
    if (OF_NO_SITE.has(type)) return true;
    const { data } = JSON.parse(body) as { data: Record<string, unknown> };
    switch (type) {
      case 'rollout.transition':
      case 'rollout.asks':
        return isRolloutWithin(fleet, eventData[type].parse(data).rollout, sites);
      case 'alert.raised':
      case 'alert.cleared':
        return isKeptAlertWithin(fleet, eventData[type].parse(data).alert, sites);
      case 'device.replaced': {
        // Hardware that has moved: its old name is of the site it came from.
        const { site, old } = eventData[type].parse(data);
        return isWithin(sites, site) && (await isDeviceWithin(fleet, old, sites));
      }
      default:
        return typeof data['site'] === 'string' && isWithin(sites, data['site']);
    }
  };
}

async function isRolloutWithin({ database }: Fleet, id: string, sites: readonly string[]): Promise<boolean> {
  try {
    return isPlanWithin((await getRollout(database.db, id)).plan, sites);
  } catch (error) {
    if (codeOf(error) === 'rollout_unknown') return false;
    throw error;
  }
}

async function isKeptAlertWithin(fleet: Fleet, id: string, sites: readonly string[]): Promise<boolean> {
  try {
    return await isAlertWithin(fleet, await getAlert(fleet.database.db, id), sites);
  } catch (error) {
    if (codeOf(error) === 'alert_unknown') return false;
    throw error;
  }
}
