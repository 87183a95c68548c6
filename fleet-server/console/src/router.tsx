import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { Root } from './frame/root.tsx';
import { NotFound, RouteProblem } from './frame/not-found.tsx';

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: RouteProblem,
});

type Texts<Names extends string> = { [Name in Names]?: string | undefined };

/** Text of the search part of a URL: what is no text counts as absent, so that no URL breaks a page. */
function texts<const Names extends string>(...names: Names[]) {
  return (search: Record<string, unknown>): Texts<Names> =>
    Object.fromEntries(
      names.flatMap((name) => {
        const value = search[name];
        return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
      }),
    ) as Texts<Names>;
}

const page = <const Path extends string>(path: Path) => ({ getParentRoute: () => root, path }) as const;

const overview = createRoute({
  ...page('/'),
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'Overview'),
});
const devices = createRoute({
  ...page('/devices'),
  validateSearch: texts('q', 'state', 'site', 'group', 'version'),
  component: lazyRouteComponent(() => import('./pages/devices/devices.tsx'), 'Devices'),
});
const device = createRoute({
  ...page('/devices/$device'),
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('./pages/device/device.tsx'), 'Device'),
});

const drift = createRoute({
  ...page('/drift'),
  validateSearch: texts('tab', 'line', 'turn'),
  component: lazyRouteComponent(() => import('./pages/drift/drift.tsx'), 'Drift'),
});
const driftLine = createRoute({
  ...page('/drift/$line'),
  validateSearch: texts('tab', 'kind', 'scope', 'standing', 'version', 'turn'),
  component: lazyRouteComponent(() => import('./pages/drift/line/drift-line.tsx'), 'DriftLine'),
});
const driftFeature = createRoute({
  ...page('/drift/$line/$feature'),
  validateSearch: texts('version'),
  component: lazyRouteComponent(() => import('./pages/drift/feature/drift-feature.tsx'), 'DriftFeature'),
});
const data = createRoute({
  ...page('/data'),
  validateSearch: texts('tab', 'name', 'experiment', 'kind', 'state', 'dataset', 'line', 'archived', 'compare', 'job'),
  component: lazyRouteComponent(() => import('./pages/data/data.tsx'), 'Data'),
});
const dataset = createRoute({
  ...page('/data/datasets/$name/$version'),
  validateSearch: texts('tab', 'to', 'offset'),
  component: lazyRouteComponent(() => import('./pages/data/datasets/dataset.tsx'), 'Dataset'),
});
const run = createRoute({
  ...page('/data/runs/$id'),
  component: lazyRouteComponent(() => import('./pages/data/runs/run.tsx'), 'Run'),
});
const pipeline = createRoute({
  ...page('/data/pipelines/$name'),
  component: lazyRouteComponent(() => import('./pages/data/pipelines/pipeline.tsx'), 'Pipeline'),
});
const pipelineRun = createRoute({
  ...page('/data/pipeline-runs/$run'),
  validateSearch: texts('step'),
  component: lazyRouteComponent(() => import('./pages/data/pipeline-runs/pipeline-run.tsx'), 'PipelineRun'),
});

const models = createRoute({
  ...page('/models'),
  component: lazyRouteComponent(() => import('./pages/models/models.tsx'), 'Models'),
});
const modelLine = createRoute({
  ...page('/models/$line'),
  validateSearch: texts('tab', 'a', 'b', 'at', 'site'),
  component: lazyRouteComponent(() => import('./pages/models/line.tsx'), 'LinePage'),
});
const modelVersion = createRoute({
  ...page('/models/$line/$version'),
  validateSearch: texts('tab'),
  component: lazyRouteComponent(() => import('./pages/models/version.tsx'), 'VersionPage'),
});
const approval = createRoute({
  ...page('/approvals/$line/$document'),
  component: lazyRouteComponent(() => import('./pages/models/approval/approval.tsx'), 'ApprovalPage'),
});
const rollouts = createRoute({
  ...page('/rollouts'),
  validateSearch: texts('status', 'line'),
  component: lazyRouteComponent(() => import('./pages/rollouts/rollouts.tsx'), 'Rollouts'),
});
const newRollout = createRoute({
  ...page('/rollouts/new'),
  validateSearch: texts('from', 'line', 'version', 'step'),
  component: lazyRouteComponent(() => import('./pages/rollouts/wizard/new-rollout.tsx'), 'NewRollout'),
});
const rollout = createRoute({
  ...page('/rollouts/$id'),
  validateSearch: texts('tab', 'outcome', 'stage', 'q'),
  component: lazyRouteComponent(() => import('./pages/rollouts/rollout.tsx'), 'RolloutPage'),
});

const enrol = createRoute({
  ...page('/devices/enrol'),
  validateSearch: texts('tab', 'site'),
  component: lazyRouteComponent(() => import('./pages/enrol/enrol.tsx'), 'Enrol'),
});
const sites = createRoute({
  ...page('/sites'),
  validateSearch: texts('q', 'state', 'region'),
  component: lazyRouteComponent(() => import('./pages/sites/sites.tsx'), 'Sites'),
});
const site = createRoute({
  ...page('/sites/$site'),
  validateSearch: texts('q', 'only'),
  component: lazyRouteComponent(() => import('./pages/sites/site.tsx'), 'SitePage'),
});
const alerts = createRoute({
  ...page('/alerts'),
  validateSearch: texts('tab', 'state', 'severity', 'kind', 'subject', 'q'),
  component: lazyRouteComponent(() => import('./pages/alerts/alerts.tsx'), 'Alerts'),
});
const audit = createRoute({
  ...page('/audit'),
  validateSearch: texts('actor', 'action', 'subject', 'from', 'to'),
  component: lazyRouteComponent(() => import('./pages/audit/audit.tsx'), 'Audit'),
});
const settings = createRoute({
  ...page('/settings'),
  validateSearch: texts('tab', 'webhook', 'policy', 'group'),
  component: lazyRouteComponent(() => import('./pages/settings/settings.tsx'), 'Settings'),
});

const tree = root.addChildren([
  enrol,
  sites,
  site,
  alerts,
  audit,
  settings,
  models,
  modelLine,
  modelVersion,
  approval,
  rollouts,
  newRollout,
  rollout,
  overview,
  devices,
  device,
  drift,
  driftLine,
  driftFeature,
  data,
  dataset,
  run,
  pipeline,
  pipelineRun,
]);

/** The address of a page holds all of its state: it can be sent to a colleague. */
export function createConsoleRouter(queries: QueryClient) {
  return createRouter({ routeTree: tree, context: { queries }, defaultPreload: 'intent', scrollRestoration: true });
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof createConsoleRouter>;
  }
}
