import { answered, api } from '../../../api/client.ts';
import type { components, paths } from '../../../api/schema.generated.ts';

export type Webhook = components['schemas']['WebhookStanding'];
export type Delivery = components['schemas']['WebhookDelivery'];
type Ordering = paths['/api/v1/webhooks/{id}/{order}']['post'];
export type WebhookOrder = Ordering['parameters']['path']['order'];
type Body = NonNullable<Ordering['requestBody']>['content']['application/json'];

export function orderWebhook(id: string, order: WebhookOrder, body: Body = {}) {
  return answered(api.POST('/api/v1/webhooks/{id}/{order}', { params: { path: { id, order } }, body }));
}
