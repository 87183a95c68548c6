import type { ReadDb } from '../../../platform/db/index.ts';
import type { Alert } from '../alert.ts';
import { severityOf } from '../severity.ts';
import { listRules, type AlertRule } from './rule.ts';

export interface Routes {
  email: string[];
  webhooks: string[];
}

type About = Pick<Alert, 'kind' | 'subject' | 'details'>;

/** Whom the rules name for an alert, each once. */
export async function routesFor(db: ReadDb, alert: About): Promise<Routes> {
  return routesOf(await listRules(db), alert);
}

export function routesOf(rules: readonly Pick<AlertRule, 'when' | 'routes'>[], alert: About): Routes {
  const told = rules.filter(({ when }) => holds(when, alert)).map(({ routes }) => routes);
  return {
    // That mails do not arrive is told by another way.
    email: alert.kind === 'mail_dead' ? [] : [...new Set(told.flatMap(({ email }) => email))].toSorted(),
    webhooks:
      alert.kind === 'webhook_dead'
        ? [...new Set(told.flatMap(({ webhooks }) => webhooks))].filter((id) => alert.subject !== `webhook:${id}`)
        : [...new Set(told.flatMap(({ webhooks }) => webhooks))],
  };
}

/** An alert that names no site is of no site: a rule for sites does not take it. */
function holds({ kinds, lines, sites, severities }: AlertRule['when'], alert: About): boolean {
  return (
    includes(kinds, alert.kind) &&
    includes(severities, severityOf(alert.kind)) &&
    includes(lines, lineOf(alert)) &&
    includes(sites, siteOf(alert))
  );
}

function includes<T>(wanted: readonly T[] | undefined, value: T | undefined): boolean {
  return wanted === undefined || (value !== undefined && wanted.includes(value));
}

/** Of `details.line`, or of the subject `model:LINE@VERSION…`. */
export function lineOf({ subject, details }: About): string | undefined {
  if (typeof details['line'] === 'string') return details['line'];
  return /^model:([^@/]+)/.exec(subject)?.[1];
}

/** Of `details.site`, of `details.where.site`, or of the subject: `site:NAME`, `…/site:NAME`. */
export function siteOf({ subject, details }: Pick<About, 'subject' | 'details'>): string | undefined {
  if (typeof details['site'] === 'string') return details['site'];
  const where = details['where'];
  if (typeof where === 'object' && where !== null && 'site' in where && typeof where.site === 'string') {
    return where.site;
  }
  return /(?:^|\/)site:([^/]+)$/.exec(subject)?.[1];
}
