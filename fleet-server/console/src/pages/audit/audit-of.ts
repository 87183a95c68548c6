import { answered, api } from '../../api/client.ts';
import type { components } from '../../api/schema.generated.ts';
import { given } from '../../parts/address/given.ts';

export type AuditRow = components['schemas']['AuditRow'];
export type AuditPage = components['schemas']['AuditPage'];
export type AuditHead = components['schemas']['AuditHead'];
export type ChainBreak = NonNullable<AuditPage['chain']>;

export interface AuditSearch {
  actor?: string | undefined;
  action?: string | undefined;
  subject?: string | undefined;
  /** Days, `2026-03-01`, or moments. */
  from?: string | undefined;
  to?: string | undefined;
}

const PAGE = 100;
const DAY_MS = 86_400_000;

export function auditPage(search: AuditSearch, cursor: string | undefined): Promise<AuditPage> {
  const { actor, action, subject } = search;
  const query = given({ actor, action, subject, ...timesOf(search), cursor });
  return answered(api.GET('/api/v1/audit', { params: { query: { ...query, limit: PAGE, verify: 'false' } } }));
}

/** A day means all of it, in UTC, in which the audit is written. */
function timesOf({ from, to }: AuditSearch): { from: number | undefined; to: number | undefined } {
  const first = Date.parse(from ?? '');
  const last = Date.parse(to ?? '');
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(to ?? '');
  return {
    from: Number.isFinite(first) && first >= 0 ? first : undefined,
    to: Number.isFinite(last) && last >= 0 ? last + (isDay ? DAY_MS : 0) : undefined,
  };
}

const REASONS: Record<ChainBreak['reason'], string> = {
  missing: 'rows before it were deleted',
  unlinked: 'it does not follow from the row before it',
  edited: 'what it says was changed after it was written',
  'not-the-known-head': 'it is not the row whose head was kept: rows were cut off, or the chain was written anew',
};

export function brokenAt({ id, reason }: ChainBreak): string {
  return `Row ${id} does not hold: ${REASONS[reason]}.`;
}

/** `ana`, `device gateway-1`, or the server by itself. */
export function actorWords(actor: string): string {
  if (actor === 'system') return 'the server';
  const at = actor.indexOf(':');
  const [kind, name] = [actor.slice(0, at), actor.slice(at + 1)];
  if (kind !== 'user') return `${kind} ${name}`;
  return name === 'operator' ? 'the owner' : name;
}

/** Why, where who did it said so. */
export function reasonOf({ action, details }: AuditRow): string | undefined {
  const names = action === 'alerts.acknowledge' ? ['note'] : ['reason', 'sentence', 'cause'];
  for (const name of names) {
    const value = details[name];
    if (typeof value === 'string' && value !== '') return value;
  }
  return undefined;
}
