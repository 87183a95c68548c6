import type { Context } from 'hono';
import { isWithin } from '../../../platform/access/index.ts';
import { getDevice, listPending, unknownDevice } from '../../../sites/devices/index.ts';
import { parseSelector, staysWithin } from '../../../sites/groups/index.ts';
import { unknownSite } from '../../../sites/register/index.ts';
import { AlertError, getAlert, siteOf, type Alert } from '../../../insight/alerts/index.ts';
import { getRollout, resolvePlan, RolloutError } from '../../../delivery/rollouts/index.ts';
import { codeOf } from '@plumbline/shared/errors';
import type { Fleet } from '../../fleet.ts';
import { HttpError } from '../edge.ts';
import type { Reach } from './route-permissions.ts';

/** What a request names, and the sites that whoever asks may touch. */
export interface Asked {
  fleet: Fleet;
  context: Context;
  /** Of the path of the route. */
  parameters: Readonly<Record<string, string>>;
  sites: readonly string[];
}

type Check = (asked: Asked) => Promise<void>;

/** Before the verb, for somebody with a role on some sites. What is not theirs is answered like what does not exist. */
export const CHECKS: Readonly<Record<Reach, Check>> = {
  open: async () => undefined,
  self: async () => undefined,
  none: async () => undefined,
  listed: async () => undefined,
  told: async () => undefined,
  answer: async () => undefined,
  all: async () => {
    throw new HttpError('all_sites_needed', 'this is of the whole fleet, and the role holds for some sites', {
      kind: 'forbidden',
      field: 'role',
      expected: 'a role on all sites',
    });
  },
  async site({ context, parameters, sites }) {
    // Of these the one that the route itself reads: a query beside a body would speak for a body that says otherwise.
    const given = parameters['site'] ?? (context.req.method === 'GET' ? context.req.query('site') : undefined);
    const named = given === undefined ? await sitesIn(context) : [given];
    if (named.length === 0) {
      throw new HttpError('body_malformed', 'site: one of your sites has to be named', {
        field: 'site',
        expected: sites.join(', '),
      });
    }
    for (const site of named) if (!isWithin(sites, site)) throw unknownSite(site);
  },
  async device({ fleet, context, parameters, sites }) {
    await refuseForeignDevice(fleet, parameters['id'] ?? '', sites);
    for (const site of await sitesIn(context)) if (!isWithin(sites, site)) throw unknownSite(site);
  },
  async pending({ fleet, parameters, sites }) {
    const id = parameters['device'] ?? '';
    const waiting = await listPending(fleet.database.db);
    if (!waiting.some(({ device, site }) => device === id && isWithin(sites, site))) throw unknownDevice(id);
  },
  async devices({ fleet, context, sites }) {
    const { devices, selector } = await bodyOf(context);
    if (typeof selector === 'string') refuseFarSelector(selector, 'selector', sites);
    if (!Array.isArray(devices)) return;
    for (const id of devices) if (typeof id === 'string') await refuseForeignDevice(fleet, id, sites);
  },
  async selector({ context, sites }) {
    const { selector } = await bodyOf(context);
    if (typeof selector === 'string') refuseFarSelector(selector, 'selector', sites);
  },
  async plan({ fleet, context, sites }) {
    // Made whole first: stages may come from the policy that it names.
    refuseFarPlan(await resolvePlan(fleet.database.db, await bodyOf(context)), sites);
  },
  async rollout({ fleet, parameters, sites }) {
    const { id = '' } = parameters;
    const { plan } = await getRollout(fleet.database.db, id);
    if (!isPlanWithin(plan, sites)) {
      throw new RolloutError('rollout_unknown', `no rollout ${id}`, { kind: 'not-found', field: 'rollout' });
    }
  },
  async alert({ fleet, parameters, sites }) {
    const { id = '' } = parameters;
    if (await isAlertWithin(fleet, await getAlert(fleet.database.db, id), sites)) return;
    throw new AlertError('alert_unknown', `no alert ${id}`, {
      kind: 'not-found',
      field: 'alert',
      expected: 'one that `alerts list --all` shows',
    });
  },
};

export async function isAlertWithin(
  fleet: Fleet,
  alert: Pick<Alert, 'subject' | 'details'>,
  sites: readonly string[],
): Promise<boolean> {
  const named = siteOf(alert);
  if (named !== undefined) return isWithin(sites, named);
  const device = /^device:(.+)$/.exec(alert.subject)?.[1];
  return device !== undefined && isDeviceWithin(fleet, device, sites);
}

/** A device that is gone belongs to nobody. */
export async function isDeviceWithin(fleet: Fleet, id: string, sites: readonly string[]): Promise<boolean> {
  try {
    return isWithin(sites, (await getDevice(fleet.database.db, id)).site);
  } catch (error) {
    if (codeOf(error) === 'device_unknown') return false;
    throw error;
  }
}

async function refuseForeignDevice(fleet: Fleet, id: string, sites: readonly string[]): Promise<void> {
  if (!(await isDeviceWithin(fleet, id, sites))) throw unknownDevice(id);
}

/** Whether every stage says itself that it stays on these sites; a group or no selector at all may grow beyond. */
export function isPlanWithin(plan: { stages?: unknown }, sites: readonly string[]): boolean {
  return indexOfFarStage(plan, sites) === undefined;
}

function refuseFarPlan(plan: { stages?: unknown }, sites: readonly string[]): void {
  const far = indexOfFarStage(plan, sites);
  if (far !== undefined) throw outOfReach(`stages.${far}.selector`, sites);
}

function indexOfFarStage({ stages }: { stages?: unknown }, sites: readonly string[]): number | undefined {
  if (!Array.isArray(stages)) return 0;
  const far = stages.findIndex((stage: unknown) => {
    if (typeof stage !== 'object' || stage === null || ('group' in stage && stage.group !== undefined)) return true;
    const selector = 'selector' in stage ? stage.selector : undefined;
    return typeof selector !== 'string' || !staysWithin(parseSelector(selector), sites);
  });
  return far < 0 ? undefined : far;
}

function refuseFarSelector(text: string, field: string, sites: readonly string[]): void {
  if (!staysWithin(parseSelector(text), sites)) throw outOfReach(field, sites);
}

function outOfReach(field: string, sites: readonly string[]): HttpError {
  return new HttpError('sites_out_of_reach', 'the selector may find devices of sites that are not yours', {
    kind: 'forbidden',
    field,
    expected: `a selector that says \`site in (${sites.join(', ')})\`, or fewer, in every branch`,
  });
}

/** Sites that a body names: `site`, and those of `tokens`. */
async function sitesIn(context: Context): Promise<string[]> {
  const { site, tokens } = await bodyOf(context);
  const rows: unknown[] = Array.isArray(tokens) ? tokens : [];
  return [site, ...rows.map((row) => (typeof row === 'object' && row !== null && 'site' in row ? row.site : undefined))]
    .filter((each) => each !== undefined)
    .map(String);
}

/** Kept by Hono, so that the route reads the same body; one that is no object is for the route to refuse. */
async function bodyOf(context: Context): Promise<Record<string, unknown>> {
  if (context.req.method === 'GET' || context.req.method === 'HEAD') return {};
  const body: unknown = await context.req.json().catch(() => undefined);
  return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : {};
}
