import type { Tone } from '../../parts/values/badge.tsx';
import type { AlertKind, Severity, ShownAlert } from './alert-of.ts';

interface KindWords {
  title: string;
  /** What to do, where the alert itself does not say it. */
  todo: string;
}

const WORDS: Record<AlertKind, KindWords> = {
  drift: { title: 'A model has drifted', todo: 'Look at the finding; it ends when a person has decided what to do.' },
  data_quality: { title: 'Data are at fault', todo: 'Mend the data where they come from; nothing is trained on them.' },
  device_silent: { title: 'A device is silent', todo: 'Look at why on its page: power, link, or certificate.' },
  site_silent: { title: 'A whole site is silent', todo: 'Ask at the site for its link and power.' },
  region_silent: { title: 'A region is silent', todo: 'Look for one cause: a carrier, a proxy, a broker.' },
  fleet_silent: {
    title: 'The whole fleet is silent',
    todo: 'Look at this server first: its broker, its name, its certificate.',
  },
  device_cloned: {
    title: 'Two devices under one key',
    todo: 'Both are shut out. Find out which is the true one, revoke it, and enrol that hardware anew.',
  },
  device_stale: { title: 'Old metadata', todo: 'Look at what keeps the newest from it: its clock, its link, a proxy.' },
  device_penalised: {
    title: 'A device is left out of rollouts',
    todo: 'Look at its failures; release it when they are mended.',
  },
  rollout_asks: { title: 'A rollout asks a person', todo: 'Open it, read its gates, and approve, pause or revert.' },
  rollout_failed: { title: 'A rollout has failed', todo: 'Open it: resume it knowing its failures, or revert it.' },
  evidence_refused: {
    title: 'Evidence is refused',
    todo: 'Look at the refusals of the device; its clock or its agent may be wrong.',
  },
  webhook_dead: { title: 'A receiver gives no answer', todo: 'Mend the receiver, then send what was given up again.' },
  mail_dead: { title: 'Mail is not taken', todo: 'Mend the address or the mail server, then send again.' },
  audit_head_unkept: {
    title: 'The head of the audit leaves the server no more',
    todo: 'Mend the receiver, or PLUMBLINE_AUDIT_HEAD_URL; the next attempt is within the hour.',
  },
};

export const KINDS = Object.keys(WORDS) as AlertKind[];

export function kindWords(kind: AlertKind): string {
  return WORDS[kind].title;
}

/** What the alert says is to be done, else what is done about its kind. */
export function todoOf({ kind, details }: ShownAlert): string {
  const own = details['todo'];
  if (typeof own !== 'string' || own === '') return WORDS[kind].todo;
  return `${own.charAt(0).toUpperCase()}${own.slice(1)}${/[.!?]$/.test(own) ? '' : '.'}`;
}

export const SEVERITY_TONES: Record<Severity, Tone> = { critical: 'bad', warning: 'warning', notice: 'waiting' };

/** The site it is about, where there is one. */
export function siteOf({ details, subject }: Pick<ShownAlert, 'details' | 'subject'>): string | undefined {
  const { site } = details;
  if (typeof site === 'string' && site !== '') return site;
  return /(?:^|\/)site:([^/]+)/.exec(subject)?.[1];
}
