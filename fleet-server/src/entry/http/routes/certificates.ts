import { createRoute } from '@hono/zod-openapi';
import { challengeRequest, challengeResponse, renewRequest, renewResponse } from '@plumbline/shared/api';
import { createChallenges, renewCertificate } from '../../../sites/devices/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from './reply.ts';

/** Renewal by proof of the device key: no operator, and no certificate that is still good. */
export function addCertificates(app: App, fleet: Fleet): void {
  const challenges = createChallenges(fleet.now);
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/certificates/challenge',
      request: jsonBody(challengeRequest),
      responses: replies('a nonce to sign within a minute', challengeResponse),
    }),
    (context) => context.json({ nonce: challenges.issue(context.req.valid('json')) }, 200),
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/certificates/renew',
      request: jsonBody(renewRequest),
      responses: replies('a new certificate for the registered key', renewResponse),
    }),
    async (context) => {
      const { database, now, desk } = fleet;
      const certificate = await renewCertificate({ database, now, desk, challenges }, context.req.valid('json'));
      return context.json({ certificate }, 200);
    },
  );
}
