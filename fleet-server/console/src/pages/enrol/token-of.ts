import { queryOptions } from '@tanstack/react-query';
import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';

export type MadeToken = components['schemas']['MadeToken'];
export type Approval = MadeToken['approval'];
export type PendingEnrolment = components['schemas']['PendingEnrolment'];

/** What an installer types at the gateway. A server that speaks plain HTTP is one of development. */
export function commandOf({ code }: MadeToken): string {
  const flags = globalThis.location?.protocol === 'http:' ? ' --development' : '';
  return `node plumbline-agent.mjs enrol ${code}${flags}`;
}

/** What waits for a person to let it in; looked at often, because somebody stands at the device. */
export const pendingQuery = queryOptions({
  queryKey: ['devices', 'enrolments'],
  queryFn: () => answered(api.GET('/api/v1/enrolments')),
  refetchInterval: 5000,
});
