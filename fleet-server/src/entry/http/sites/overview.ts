import { createRoute } from '@hono/zod-openapi';
import { overviewView } from '@plumbline/shared/api/overview';
import type { Fleet } from '../../fleet.ts';
import { gatherOverview } from '../../overview/index.ts';
import { isAlertWithin, isPlanWithin } from '../access/reach.ts';
import type { App } from '../edge.ts';
import { replies } from '../routes/reply.ts';

/** The fleet at a glance, of the sites that whoever asks may see. */
export function addOverview(app: App, fleet: Fleet): void {
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/overview',
      responses: replies('devices and sites by state, and what needs a person', overviewView),
    }),
    async (context) => {
      const sites = context.get('reach');
      const overview = await gatherOverview(fleet.database.db, fleet.now(), {
        sites,
        seesAlert: async (alert) => sites === 'all' || isAlertWithin(fleet, alert, sites),
        seesRollout: ({ plan }) => sites === 'all' || isPlanWithin(plan, sites),
      });
      return context.json(overview, 200);
    },
  );
}
