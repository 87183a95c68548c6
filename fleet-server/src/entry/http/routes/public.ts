import { createRoute, z } from '@hono/zod-openapi';
import { enrolPending, enrolRequest, enrolResponse } from '@plumbline/shared/api';
import { toBase64 } from '@plumbline/shared/trust';
import { describeRoot, metadataByVersion } from '../../../supply/repository/index.ts';
import { enrolDevice, recordLimited } from '../../../sites/devices/index.ts';
import type { Fleet } from '../../fleet.ts';
import { describeApi } from '../described/index.ts';
import type { App } from '../edge.ts';
import { limitAttempts, remoteAddress } from '../rate-limit.ts';
import { addCertificates } from './certificates.ts';
import { jsonBody, replies } from './reply.ts';

/** Proven by a token or by a device key, and therefore worth guessing at. */
const GUARDED = ['/api/v1/enrol', '/api/v1/certificates/challenge', '/api/v1/certificates/renew'] as const;

/** What needs no operator: health, the description of the API, a device with its one-time token, or with its key. */
export function addPublic(app: App, fleet: Fleet): void {
  for (const route of GUARDED) {
    app.use(route, limitAttempts(route, { now: fleet.now, onLimited: (what) => recordLimited(fleet.database, what) }));
  }
  app.openapi(
    createRoute({
      method: 'get',
      path: '/api/v1/health',
      responses: replies('alive', z.object({ status: z.literal('ok'), now: z.number(), development: z.boolean() })),
    }),
    async (context) => {
      const { development } = await describeRoot(fleet.database.db);
      return context.json({ status: 'ok' as const, now: fleet.now(), development }, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/enrol',
      request: jsonBody(enrolRequest),
      responses: {
        ...replies('the name of the device, its certificate and where it connects', enrolResponse),
        202: { description: 'ask again: a person decides', content: { 'application/json': { schema: enrolPending } } },
      },
    }),
    async (context) => {
      const { database, now, desk, mqttUrl, webSocketUrl } = fleet;
      const enrolment = await enrolDevice({ database, now, desk }, context.req.valid('json'), remoteAddress(context));
      if (enrolment.status === 'pending') {
        return context.json({ status: 'enrolment_pending' as const, fingerprint: enrolment.fingerprint }, 202);
      }
      const { site, device, certificate, rootVersion } = enrolment;
      const root = await metadataByVersion(database.db, 'root', rootVersion);
      if (root === undefined) throw new Error(`root ${rootVersion}, which a token pins, is not in the repository`);
      const where = { mqttUrl, webSocketUrl };
      return context.json({ site, device, ...where, certificate, ca: desk.caPem, root: toBase64(root.bytes) }, 200);
    },
  );
  addCertificates(app, fleet);
  app.get('/api/v1/openapi.json', (context) => context.json(describeApi(app)));
}
