import { platform } from './0001-platform.ts';
import { supply } from './0002-supply.ts';
import { sites } from './0003-sites.ts';
import { insight } from './0004-insight.ts';
import { delivery } from './0005-delivery.ts';
import { learning } from './0006-learning.ts';
import { trust } from './0007-trust.ts';
import { enrolment } from './0008-enrolment.ts';
import { telemetryRefs } from './0009-telemetry-refs.ts';
import { groups } from './0010-groups.ts';
import { lifecycle } from './0011-lifecycle.ts';
import { evidence } from './0012-evidence.ts';
import { rolloutEngine } from './0013-rollouts.ts';
import { declared } from './0014-declared.ts';
import { events } from './0015-events.ts';
import { datasetLineage } from './0016-datasets.ts';
import { experiments } from './0017-experiments.ts';
import { scoring } from './0018-scoring.ts';
import { pipelines } from './0019-pipelines.ts';
import { drift } from './0020-drift.ts';
import { examples } from './0021-examples.ts';
import { alertRoutes } from './0022-alert-routes.ts';
import { retraining } from './0023-retraining.ts';
import { access } from './0024-access.ts';
import { keptAnswersTable } from './0025-kept-answers.ts';
import { approverKeysTable } from './0026-approver-keys.ts';
import { siteGateway } from './0027-site-gateway.ts';
import { keptHeadsTable } from './0028-kept-heads.ts';
import type { Migration } from './migration.ts';

export type { Migration } from './migration.ts';

/** In order, numbered from 1 without gaps. */
export const migrations: readonly Migration[] = [
  platform,
  supply,
  sites,
  insight,
  delivery,
  learning,
  trust,
  enrolment,
  telemetryRefs,
  groups,
  lifecycle,
  evidence,
  rolloutEngine,
  declared,
  events,
  datasetLineage,
  experiments,
  scoring,
  pipelines,
  drift,
  examples,
  alertRoutes,
  retraining,
  access,
  keptAnswersTable,
  approverKeysTable,
  siteGateway,
  keptHeadsTable,
];
