import { isWithin } from '../../../platform/access/index.ts';
import { ScoringError } from '../../../learning/scoring/index.ts';
import type { Fleet } from '../../fleet.ts';
import { isAlertWithin, isDeviceWithin, isPlanWithin, type Asked } from './reach.ts';
import type { Reach } from './route-permissions.ts';

type Row = Record<string, unknown>;

/**
 * What is left of an answer for somebody with a role on some sites. A page may come out shorter than it was asked for,
 * also empty; its cursor leads on all the same.
 * @throws ScoringError `prediction_unknown` where the whole answer is of another site
 */
export async function narrowAnswer({ fleet, context, parameters, sites }: Asked, reach: Reach): Promise<void> {
  if ((reach !== 'listed' && reach !== 'answer') || context.res.status !== 200) return;
  const answer = (await context.res.json()) as Row;
  if (reach === 'answer') refuseForeignPrediction(answer, parameters['id'] ?? '', sites);
  const left = reach === 'listed' ? await rowsWithin(fleet, answer, sites) : answer;
  context.res = new Response(JSON.stringify(left), { headers: { 'content-type': 'application/json' } });
}

/** In the words of the room that knows predictions. */
function refuseForeignPrediction({ prediction }: Row, id: string, sites: readonly string[]): void {
  const site =
    typeof prediction === 'object' && prediction !== null && 'site' in prediction ? prediction.site : undefined;
  if (typeof site === 'string' && isWithin(sites, site)) return;
  const options = { kind: 'not-found', field: 'prediction' } as const;
  throw new ScoringError('prediction_unknown', `no prediction ${id} is kept`, options);
}

/** Every list of the answer, without the rows of other sites. */
async function rowsWithin(fleet: Fleet, answer: Row, sites: readonly string[]): Promise<Row> {
  const left: Row = {};
  for (const [name, value] of Object.entries(answer)) {
    if (!Array.isArray(value)) {
      left[name] = value;
      continue;
    }
    const rows: Row[] = [];
    for (const row of value as Row[]) if (await isRowWithin(fleet, name, row, sites)) rows.push(row);
    left[name] = rows;
  }
  return left;
}

/** By the name of the list; a row of which nobody knows the site is nobody's. */
async function isRowWithin(fleet: Fleet, list: string, row: Row, sites: readonly string[]): Promise<boolean> {
  switch (list) {
    case 'rollouts':
      return isPlanWithin(row['plan'] as { stages?: unknown }, sites);
    case 'alerts':
      return isAlertWithin(fleet, row as { subject: string; details: Row }, sites);
    case 'penalties':
      return isDeviceWithin(fleet, String(row['device']), sites);
    default:
      return typeof row['site'] === 'string' && isWithin(sites, row['site']);
  }
}
