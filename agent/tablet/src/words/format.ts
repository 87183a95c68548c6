const GIGABYTE = 1e9;

export interface Format {
  locale: string;
  number(value: number, digits?: number): string;
  /** A share as whole percent. */
  percent(share: number): string;
  /** "3 days", with one decimal below ten where it is not whole. */
  days(count: number): string;
  time(at: number): string;
  date(at: number): string;
  weekday(at: number): string;
  /** Time alone today, date and time else: short enough for a line, never ambiguous. */
  moment(at: number, now: number): string;
  month(oneBased: number): string;
  bytes(size: number): string;
  list(parts: readonly string[]): string;
  /** Whether `one` or `other` is said with this number. */
  plural(count: number): 'one' | 'other';
  /** 1 = Monday … 7 = Sunday. */
  firstDayOfWeek: number;
}

/** Numbers, dates and units of a language, in the zone of the site; of the device, where nobody has named one it knows. */
export function createFormat(locale: string, zone?: string): Format {
  const timeZone = zone !== undefined && isZone(zone) ? { timeZone: zone } : {};
  const number = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  const when = (options: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, { ...timeZone, ...options });
  const percent = number({ style: 'percent', maximumFractionDigits: 0 });
  const time = when({ hour: '2-digit', minute: '2-digit' });
  const date = when({ day: 'numeric', month: 'short', year: 'numeric' });
  const weekday = when({ weekday: 'short', day: 'numeric', month: 'short' });
  const month = when({ month: 'long', timeZone: 'UTC' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const rules = new Intl.PluralRules(locale);
  return {
    locale,
    number: (value, digits = 1) => number({ maximumFractionDigits: digits }).format(value),
    percent: (share) => percent.format(share),
    days: (count) => {
      const digits = Math.abs(count) < 10 ? 1 : 0;
      return number({ style: 'unit', unit: 'day', unitDisplay: 'long', maximumFractionDigits: digits }).format(count);
    },
    time: (at) => time.format(at),
    date: (at) => date.format(at),
    weekday: (at) => weekday.format(at),
    moment: (at, now) =>
      date.format(at) === date.format(now) ? time.format(at) : `${weekday.format(at)}, ${time.format(at)}`,
    month: (oneBased) => month.format(Date.UTC(2000, oneBased - 1, 1)),
    bytes: (size) => {
      const [unit, of]: [string, number] = size < GIGABYTE ? ['megabyte', size / 1e6] : ['gigabyte', size / GIGABYTE];
      return number({ style: 'unit', unit, maximumFractionDigits: of < 10 ? 1 : 0 }).format(of);
    },
    list: (parts) => list.format(parts),
    plural: (count) => (rules.select(count) === 'one' ? 'one' : 'other'),
    firstDayOfWeek: firstDayOf(locale),
  };
}

function isZone(name: string): boolean {
  try {
    return Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

interface WeekInfo {
  getWeekInfo?: () => { firstDay: number };
  weekInfo?: { firstDay: number };
}

/** Not every browser knows; most of the world begins on Monday. */
function firstDayOf(locale: string): number {
  const known: Intl.Locale & WeekInfo = new Intl.Locale(locale);
  return known.getWeekInfo?.().firstDay ?? known.weekInfo?.firstDay ?? 1;
}
