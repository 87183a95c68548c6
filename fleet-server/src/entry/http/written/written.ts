import { createRoute, z } from '@hono/zod-openapi';
import { writtenCheckView } from '@plumbline/shared/api/delivery';
import { examinePipeline } from '../../../learning/pipelines/index.ts';
import { examineRetrainPolicy, warningsOfPipeline, warningsOfPolicy } from '../../../learning/retraining/index.ts';
import type { Fleet } from '../../fleet.ts';
import type { App } from '../edge.ts';
import { jsonBody, replies } from '../routes/reply.ts';
import { checkText } from './check-text.ts';

const MAX_CHARACTERS = 256 * 1024;
const request = jsonBody(z.strictObject({ text: z.string().max(MAX_CHARACTERS).describe('YAML or JSON.') }));
const description =
  'Reads a text, says everything that is wrong with it by line and path, or what would change. To put it, send its `document` and its `revision` as `expectedRevision`.';

/** What people write as text, looked at before it counts. */
export function addWritten(app: App, fleet: Fleet): void {
  const { db } = fleet.database;
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/pipelines/check',
      description,
      request,
      responses: replies('what putting it would do', writtenCheckView),
    }),
    async (context) => {
      const checked = await checkText(context.req.valid('json').text, async (value) => {
        const examined = await examinePipeline(db, value);
        return { ...examined, warnings: await warningsOfPipeline(db, examined) };
      });
      return context.json(checked, 200);
    },
  );
  app.openapi(
    createRoute({
      method: 'post',
      path: '/api/v1/retraining/policies/check',
      description,
      request,
      responses: replies('what putting it would do', writtenCheckView),
    }),
    async (context) => {
      const checked = await checkText(context.req.valid('json').text, async (value) => {
        const examined = await examineRetrainPolicy(fleet, value);
        return { ...examined, name: examined.spec.line, warnings: await warningsOfPolicy(db, examined.spec) };
      });
      return context.json(checked, 200);
    },
  );
}
