import { z } from 'zod';
import { severityOf, type Alert } from '../../insight/alerts/index.ts';

export interface Letter {
  subject: string;
  text: string;
}

const LONGEST_SUBJECT = 180;
/** What is longer is said in the list of alerts. */
const LONGEST_TEXT = 8_000;
const TOLD = ['where', 'since', 'sure', 'todo'];

/** What, where, since when, how sure and what to do, in plain text. */
export function compose(type: 'alert.raised' | 'alert.cleared', alert: Alert, reason = ''): Letter {
  const { id, kind, subject, sentence, details, raisedAt } = alert;
  const isOver = type === 'alert.cleared';
  const told = (key: string) => wordsOf(details[key]);
  const rows: [string, string | undefined][] = [
    ['What', sentence],
    ['Where', driftPlace(details['where']) ?? told('where') ?? told('site') ?? subject],
    ['Since', driftTime(details['since']) ?? told('since') ?? timeOf(raisedAt)],
    ['How sure', told('sure')],
    ['What to do', told('todo')],
    ...(isOver ? [['Over', reason] as [string, string]] : []),
    ['More', moreOf(details)],
    ['Alert', `${id}, ${kind}, ${severityOf(kind)}: plumbline alerts acknowledge ${id}`],
  ];
  const lines = rows.flatMap(([name, value]) => (value === undefined || value === '' ? [] : [`${name}: ${value}`]));
  return {
    subject: oneLine(`[plumbline] ${isOver ? 'over: ' : ''}${sentence}`).slice(0, LONGEST_SUBJECT),
    text: `${lines.join('\n\n').slice(0, LONGEST_TEXT)}\n`,
  };
}

/** Nothing of it can end a header, or the line before the text. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
}

const drifted = z.object({
  of: z.string(),
  id: z.string(),
  devices: z.number(),
  sites: z.array(z.object({ site: z.string(), share: z.number() })),
});
const began = z.object({ at: z.number(), low: z.number(), high: z.number() });

/** Of an alert of drift, as its details say it; undefined of any other. */
function driftPlace(where: unknown): string | undefined {
  const { success, data } = drifted.safeParse(where);
  if (!success) return undefined;
  const { of, id, devices, sites } = data;
  const most = sites.map(({ site, share }) => `${site} ${(100 * share).toFixed(0)} %`).join(', ');
  const place = of === 'fleet' ? 'the whole fleet' : `${of} ${id}`;
  return oneLine(`${place}, ${devices} device${devices === 1 ? '' : 's'}${most === '' ? '' : `; most of it: ${most}`}`);
}

function driftTime(since: unknown): string | undefined {
  const { success, data } = began.safeParse(since);
  if (!success) return undefined;
  const { at, low, high } = data;
  return low === high ? timeOf(at) : `${timeOf(at)}, likely between ${timeOf(low)} and ${timeOf(high)}`;
}

function wordsOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return oneLine(value);
  if (typeof value === 'number') return value > 1e11 ? timeOf(value) : String(value);
  if (Array.isArray(value)) return value.map((one) => wordsOf(one) ?? '').join(', ');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([key, one]) => `${key} ${wordsOf(one) ?? ''}`)
      .join(', ');
  }
  return String(value);
}

function moreOf(details: Record<string, unknown>): string | undefined {
  const rest = Object.entries(details).filter(([key]) => !TOLD.includes(key) && key !== 'site');
  return rest.length === 0 ? undefined : wordsOf(Object.fromEntries(rest));
}

function timeOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
