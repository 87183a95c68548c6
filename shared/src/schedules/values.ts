import type { WallTime } from '../activity/schedule/schedule.ts';

const DATE = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?$/;

/** `2023-07-23 08:00` as wall time; undefined for what is no date of the calendar. */
export function parseWallTime(text: string): WallTime | undefined {
  const match = DATE.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map((part) => Number(part ?? 0));
  const at = Date.UTC(year!, month! - 1, day, hour, minute, second);
  const back = new Date(at);
  const isReal = back.getUTCMonth() === month! - 1 && back.getUTCDate() === day && minute! < 60 && second! < 60;
  return isReal && (hour! < 24 || (hour === 24 && minute === 0)) ? at : hour === 24 && minute === 0 ? at : undefined;
}

/** A number with a point or a comma as its decimal sign: the export follows the settings of the workstation. */
export function parseNumber(text: string): number | undefined {
  const decimal = Math.max(text.lastIndexOf('.'), text.lastIndexOf(','));
  const plain = decimal < 0 ? text : `${text.slice(0, decimal).replaceAll(/[.,]/g, '')}.${text.slice(decimal + 1)}`;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain) ? Number(plain) : undefined;
}

const DURATION = /^(-)?P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?$/;

/** `PT7H30M0S` as ms. */
export function parseDuration(text: string): number | undefined {
  const match = DURATION.exec(text);
  if (match === null) return undefined;
  const [days, hours, minutes, seconds] = match.slice(2).map((part) => Number(part ?? 0));
  const ms = Math.round((((days! * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000);
  return match[1] === '-' ? -ms : ms;
}
