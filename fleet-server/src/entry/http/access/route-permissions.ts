import type { Permission } from '../../../platform/access/index.ts';

/**
 * What a route has to do with sites, and so what somebody finds who has a role on some of them. Outside of theirs
 * everything is answered as if it did not exist.
 */
export type Reach =
  | 'open' // for everybody: it asks for nothing, or for a proof of its own
  | 'self' // signed in, whoever it is: of one's own session and tokens
  | 'none' // tells nothing of any site
  | 'all' // of the whole fleet: a role on all sites is needed
  | 'listed' // rows of the answer from other sites are left out
  | 'told' // without an end: the route leaves out what is of other sites
  | 'site' // named by the path, the query or the body
  | 'device' // of the path; a `site` in the body is one more
  | 'pending' // a device of the path that waits to be let in
  | 'devices' // listed, or found by a selector, in the body
  | 'selector' // in the body
  | 'plan' // of a rollout, in the body
  | 'rollout' // of the path
  | 'alert' // of the path
  | 'answer'; // only the answer tells of which site it is

export interface RouteRule {
  permission: Permission | null;
  reach: Reach;
  /** A parameter of the path by which another permission is needed: its name, and the permission of a value. */
  orders?: { parameter: string; permissions: Readonly<Record<string, Permission>> };
}

type Line = readonly [permission: Permission | null, reach: Reach, orders?: RouteRule['orders']];

const decides = {
  parameter: 'order',
  permissions: { approve: 'rollouts:approve', reject: 'rollouts:approve' },
} as const;

/** The one table of who may do what: every route of the API stands here, or the server does not start. */
const TABLE: Readonly<Record<string, Line>> = {
  'GET /api/v1/health': [null, 'open'],
  'GET /api/v1/openapi.json': [null, 'open'],
  'POST /api/v1/enrol': [null, 'open'],
  'POST /api/v1/certificates/challenge': [null, 'open'],
  'POST /api/v1/certificates/renew': [null, 'open'],
  'POST /api/v1/pipelines/{name}/trigger': [null, 'open'],
  'GET /api/v1/setup': [null, 'open'],
  'POST /api/v1/setup': [null, 'open'],
  'POST /api/v1/session': [null, 'open'],
  'GET /api/v1/ways-in': [null, 'open'],
  'GET /api/v1/session/identity': [null, 'open'],
  'GET /api/v1/session/identity/callback': [null, 'open'],

  'GET /api/v1/session': [null, 'self'],
  'DELETE /api/v1/session': [null, 'self'],
  'POST /api/v1/session/password': [null, 'self'],
  'GET /api/v1/api-tokens': [null, 'self'],
  'POST /api/v1/api-tokens': [null, 'self'],
  'DELETE /api/v1/api-tokens/{id}': [null, 'self'],

  'POST /api/v1/setup/codes': ['access:admin', 'all'],
  'GET /api/v1/access/roles': [null, 'self'],
  'GET /api/v1/users': ['access:admin', 'all'],
  'POST /api/v1/users': ['access:admin', 'all'],
  'PUT /api/v1/users/{name}/assignments': ['access:admin', 'all'],
  'PUT /api/v1/users/{name}/identity': ['access:admin', 'all'],
  'POST /api/v1/users/{name}/reset': ['access:admin', 'all'],
  'POST /api/v1/users/{name}/sign-out': ['access:admin', 'all'],
  'DELETE /api/v1/users/{name}': ['access:admin', 'all'],
  'GET /api/v1/operators': ['audit:read', 'all'],
  // Beside the table the verb asks for the owner's own token.
  'POST /api/v1/operators': ['audit:read', 'all'],
  'DELETE /api/v1/operators/{name}': ['audit:read', 'all'],
  'GET /api/v1/audit': ['audit:read', 'all'],
  'GET /api/v1/audit/head': ['audit:read', 'all'],
  'GET /api/v1/audit/export': ['audit:read', 'all'],
  'POST /api/v1/audit/verify': ['audit:read', 'all'],

  // Narrows itself: by the reach of whoever asks.
  'GET /api/v1/overview': ['devices:read', 'none'],
  // Narrows itself, too.
  'GET /api/v1/sites': ['sites:read', 'none'],
  'GET /api/v1/sites/{site}': ['sites:read', 'site'],
  'PUT /api/v1/sites/{site}': ['sites:write', 'site'],
  'POST /api/v1/sites/{site}/close': ['sites:write', 'site'],
  'POST /api/v1/sites/{site}/archive': ['sites:write', 'site'],
  'POST /api/v1/sites/{site}/reopen': ['sites:write', 'site'],
  'GET /api/v1/sites/{site}/log': ['sites:read', 'site'],
  'GET /api/v1/sites/{site}/activities': ['sites:read', 'site'],
  'GET /api/v1/sites/{site}/photos/{sha256}': ['sites:read', 'site'],
  'POST /api/v1/sites/{site}/log': ['sites:write', 'site'],

  'GET /api/v1/devices': ['devices:read', 'listed'],
  'GET /api/v1/devices/{id}': ['devices:read', 'device'],
  'GET /api/v1/devices/{id}/why': ['devices:read', 'device'],
  'GET /api/v1/devices/{id}/diagnostics': ['devices:read', 'device'],
  'POST /api/v1/devices/{id}/diagnostics': ['devices:write', 'device'],
  'POST /api/v1/devices/{id}/assignment': ['rollouts:write', 'device'],
  'POST /api/v1/devices/{id}/replace': ['devices:enrol', 'device'],
  'POST /api/v1/devices/{id}/move': ['devices:enrol', 'device'],
  'POST /api/v1/devices/{id}/retire': ['devices:write', 'device'],
  'POST /api/v1/devices/{id}/stay': ['devices:write', 'device'],
  'POST /api/v1/devices/{id}/{order}': ['devices:write', 'device'],
  'POST /api/v1/devices/tags': ['devices:write', 'devices'],
  'POST /api/v1/tokens': ['devices:enrol', 'site'],
  'POST /api/v1/tokens/batch': ['devices:enrol', 'site'],
  'GET /api/v1/enrolments': ['devices:read', 'listed'],
  'POST /api/v1/enrolments/{device}/approve': ['devices:enrol', 'pending'],

  'POST /api/v1/selectors/preview': ['devices:read', 'selector'],
  'GET /api/v1/groups': ['devices:read', 'all'],
  'GET /api/v1/groups/{name}': ['devices:read', 'all'],
  'GET /api/v1/groups/{name}/devices': ['devices:read', 'all'],
  'POST /api/v1/groups': ['groups:write', 'all'],
  'PUT /api/v1/groups/{name}': ['groups:write', 'all'],
  'DELETE /api/v1/groups/{name}': ['groups:write', 'all'],
  'POST /api/v1/groups/{name}/devices': ['groups:write', 'all'],
  'PUT /api/v1/groups/{name}/standing': ['rollouts:write', 'all'],
  'DELETE /api/v1/groups/{name}/standing/{line}': ['rollouts:write', 'all'],

  'GET /api/v1/telemetry/counts': ['telemetry:read', 'all'],
  'GET /api/v1/telemetry/streams': ['telemetry:read', 'listed'],
  'GET /api/v1/telemetry/export': ['telemetry:read', 'site'],
  // Narrows itself: by the reach of whoever asks.
  'GET /api/v1/predictions': ['telemetry:read', 'none'],
  'GET /api/v1/predictions/audit': ['telemetry:read', 'site'],
  'GET /api/v1/predictions/{id}/audit': ['telemetry:read', 'answer'],
  'GET /api/v1/evidence/refusals': ['telemetry:read', 'listed'],
  'GET /api/v1/drift/{line}': ['telemetry:read', 'all'],
  'GET /api/v1/drift/{line}/report': ['telemetry:read', 'all'],
  'GET /api/v1/drift/{line}/findings': ['telemetry:read', 'all'],
  'GET /api/v1/drift/{line}/windows': ['telemetry:read', 'all'],
  'GET /api/v1/drift/{line}/holds': ['telemetry:read', 'all'],
  'GET /api/v1/events': ['telemetry:read', 'told'],

  'GET /api/v1/alerts': ['alerts:read', 'listed'],
  'GET /api/v1/alerts/{id}': ['alerts:read', 'alert'],
  'POST /api/v1/alerts/{id}/acknowledge': ['alerts:write', 'alert'],
  'GET /api/v1/alerts/rules': ['alerts:read', 'all'],
  'POST /api/v1/alerts/rules': ['alerts:settings', 'all'],
  'POST /api/v1/alerts/rules/{id}/remove': ['alerts:settings', 'all'],
  'GET /api/v1/alerts/mutes': ['alerts:read', 'all'],
  'POST /api/v1/alerts/mutes': ['alerts:write', 'all'],
  'POST /api/v1/alerts/mutes/{id}/end': ['alerts:write', 'all'],
  'GET /api/v1/alerts/mails': ['alerts:settings', 'all'],
  'POST /api/v1/alerts/mails/{order}': ['alerts:settings', 'all'],
  'POST /api/v1/webhooks': ['webhooks:write', 'all'],
  'GET /api/v1/webhooks': ['webhooks:read', 'all'],
  'GET /api/v1/webhooks/dead': ['webhooks:read', 'all'],
  'GET /api/v1/webhooks/{id}/deliveries': ['webhooks:read', 'all'],
  'POST /api/v1/webhooks/{id}/{order}': ['webhooks:write', 'all'],

  'POST /api/v1/rollouts': ['rollouts:write', 'plan'],
  'GET /api/v1/rollouts': ['rollouts:read', 'listed'],
  'GET /api/v1/rollouts/{id}': ['rollouts:read', 'rollout'],
  'GET /api/v1/rollouts/{id}/decisions': ['rollouts:read', 'rollout'],
  'POST /api/v1/rollouts/{id}/{order}': ['rollouts:write', 'rollout', decides],
  'POST /api/v1/rollouts/forecast': ['rollouts:read', 'plan'],
  'GET /api/v1/rollouts/{id}/forecast': ['rollouts:read', 'rollout'],
  'POST /api/v1/rehearsals/material': ['rollouts:read', 'all'],
  'GET /api/v1/freezes': ['rollouts:read', 'none'],
  'POST /api/v1/freeze': ['fleet:brake', 'all'],
  'POST /api/v1/unfreeze': ['fleet:brake', 'all'],
  'GET /api/v1/penalties': ['devices:read', 'listed'],
  'POST /api/v1/penalties/release': ['rollouts:write', 'all'],

  'GET /api/v1/models': ['models:read', 'none'],
  'POST /api/v1/models': ['models:write', 'all'],
  'GET /api/v1/models/{line}/{version}': ['models:read', 'none'],
  'GET /api/v1/models/{line}/{version}/card': ['models:read', 'none'],
  'GET /api/v1/models/{line}/{version}/lineage': ['models:read', 'none'],
  'POST /api/v1/models/{line}/{version}/deprecate': ['models:write', 'all'],
  'POST /api/v1/models/{line}/{version}/reinstate': ['models:write', 'all'],
  'GET /api/v1/lines': ['models:read', 'none'],
  'GET /api/v1/lines/{line}/aliases': ['models:read', 'none'],
  'PUT /api/v1/lines/{line}/aliases/{alias}': ['models:write', 'all'],
  'DELETE /api/v1/lines/{line}/aliases/{alias}': ['models:write', 'all'],
  'GET /api/v1/lines/{line}/history': ['models:read', 'all'],
  'GET /api/v1/lines/{line}/comparison': ['models:read', 'none'],
  // Whatever is kept by hash: datasets with rows of every site too.
  'GET /api/v1/artifacts/{sha256}': ['models:read', 'all'],
  'GET /api/v1/approvals': ['models:read', 'all'],
  'GET /api/v1/approvals/{line}/{document}': ['models:read', 'all'],
  'POST /api/v1/approvals': ['models:approve', 'all'],
  'GET /api/v1/approver-keys': ['models:read', 'all'],
  'POST /api/v1/approver-keys': ['models:approve', 'all'],
  'DELETE /api/v1/approver-keys/{keyId}': ['models:approve', 'all'],
  'POST /api/v1/repository': ['repository:write', 'all'],
  'POST /api/v1/models/{model}/predict': ['models:score', 'none'],
  'GET /api/v1/scoring/bundle': ['models:read', 'none'],

  'GET /api/v1/runs': ['learning:read', 'all'],
  'POST /api/v1/runs': ['learning:write', 'all'],
  'GET /api/v1/run-comparisons': ['learning:read', 'all'],
  'GET /api/v1/runs/{id}': ['learning:read', 'all'],
  'POST /api/v1/runs/{id}/tags': ['learning:write', 'all'],
  'POST /api/v1/runs/{id}/archive': ['learning:write', 'all'],
  'GET /api/v1/runs/{id}/artifacts/{name}': ['learning:read', 'all'],
  'POST /api/v1/datasets': ['learning:write', 'all'],
  'GET /api/v1/datasets': ['learning:read', 'all'],
  'POST /api/v1/datasets/tables': ['learning:write', 'all'],
  'POST /api/v1/datasets/from-fleet': ['learning:write', 'all'],
  'POST /api/v1/datasets/concat': ['learning:write', 'all'],
  'POST /api/v1/datasets/{name}/{version}/filter': ['learning:write', 'all'],
  'POST /api/v1/datasets/{name}/{version}/split': ['learning:write', 'all'],
  'GET /api/v1/datasets/{name}': ['learning:read', 'all'],
  'GET /api/v1/datasets/{name}/{version}': ['learning:read', 'all'],
  'GET /api/v1/datasets/{name}/{version}/quality': ['learning:read', 'all'],
  'GET /api/v1/datasets/{name}/{version}/diff': ['learning:read', 'all'],
  'GET /api/v1/datasets/{name}/{version}/rows': ['learning:read', 'all'],
  'GET /api/v1/datasets/{name}/{version}/export': ['learning:read', 'all'],
  'POST /api/v1/batch': ['learning:write', 'all'],
  'GET /api/v1/batch': ['learning:read', 'all'],
  'POST /api/v1/batch/uploads': ['learning:write', 'all'],
  'GET /api/v1/batch/{id}': ['learning:read', 'all'],
  'DELETE /api/v1/batch/{id}': ['learning:write', 'all'],
  'POST /api/v1/batch/{id}/{order}': ['learning:write', 'all'],
  'GET /api/v1/batch/{id}/results': ['learning:read', 'all'],
  'POST /api/v1/pipelines/check': ['learning:write', 'all'],
  'POST /api/v1/pipelines': ['learning:write', 'all'],
  'GET /api/v1/pipelines': ['learning:read', 'all'],
  'GET /api/v1/pipelines/{name}': ['learning:read', 'all'],
  'POST /api/v1/pipelines/{name}/runs': ['learning:write', 'all'],
  'POST /api/v1/pipelines/{name}/secret': ['learning:write', 'all'],
  'POST /api/v1/pipelines/{name}/{order}': ['learning:write', 'all'],
  'GET /api/v1/pipeline-runs/{run}': ['learning:read', 'all'],
  'GET /api/v1/pipeline-runs/{run}/logs': ['learning:read', 'all'],
  'POST /api/v1/pipeline-runs/{run}/cancel': ['learning:write', 'all'],
  'POST /api/v1/retraining/policies/check': ['policies:write', 'all'],
  'POST /api/v1/retraining/policies': ['policies:write', 'all'],
  'GET /api/v1/retraining/policies': ['policies:read', 'all'],
  'GET /api/v1/retraining/policies/{line}': ['policies:read', 'all'],
  'POST /api/v1/retraining/{line}/turns': ['learning:write', 'all'],
  'GET /api/v1/retraining/turns': ['learning:read', 'all'],
  'GET /api/v1/retraining/turns/{turn}': ['learning:read', 'all'],
  'GET /api/v1/automation': ['learning:read', 'none'],
  'POST /api/v1/automation/stop': ['fleet:brake', 'all'],
  'POST /api/v1/automation/resume': ['fleet:brake', 'all'],

  'POST /api/v1/declared': ['declared:write', 'all'],
  'GET /api/v1/policies': ['policies:read', 'none'],
  'GET /api/v1/policies/{name}': ['policies:read', 'none'],
  'PUT /api/v1/policies/{name}': ['policies:write', 'all'],
  'DELETE /api/v1/policies/{name}': ['policies:write', 'all'],
  'GET /api/v1/schemas': [null, 'self'],
  'GET /api/v1/schemas/{file}': [null, 'self'],
};

/** By method and path, in the notation of OpenAPI. */
export const ROUTE_RULES: ReadonlyMap<string, RouteRule> = new Map(
  Object.entries(TABLE).map(([route, [permission, reach, orders]]) => [
    route,
    { permission, reach, ...(orders !== undefined && { orders }) },
  ]),
);

/** A path of Hono in the notation of OpenAPI. */
export function nameOfRoute(method: string, path: string): string {
  return `${method} ${path.replaceAll(/:(\w+)/g, '{$1}')}`;
}
