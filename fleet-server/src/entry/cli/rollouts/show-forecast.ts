import type { Forecast, StageForecast } from '../../../delivery/rollouts/index.ts';
import { table } from '../output.ts';

/** Without the list of devices. */
export type ShortForecast = Omit<Forecast, 'devices'>;

/** Lines of a list that are shown; --json has all. */
const SHOWN = 12;
const HOUR_MS = 3_600_000;
const MB = 2 ** 20;
const KB = 2 ** 10;

/** A forecast for people: warnings first, then what leads to them. */
export function showForecast(forecast: ShortForecast): string {
  const { fit, stages, bytes, parts } = forecast;
  const chosen = fit.chosen.map((one) => `${one.devices} × ${one.variant} (${one.codec}, ${size(one.payloadBytes)})`);
  return [
    `${forecast.line}@${forecast.version}, if it started at ${new Date(forecast.at).toISOString().slice(0, 16)}Z`,
    showWarnings(forecast.warnings) || 'nothing to warn of',
    '',
    `fit: ${chosen.join(', ') || 'nobody'}${fit.notReached > 0 ? `; ${fit.notReached} that no stage takes` : ''}`,
    ...shown(fit.unfit.map(({ count, profile, reason }) => `  not ${count} × ${profile}: ${reason}`)),
    ...parts.map(({ sentence }) => `parts: ${sentence}`),
    '',
    table(
      ['stage', 'devices', 'online', 'opens', 'in 1 h', '1 d', '7 d', 'half', 'nine in ten', 'soak', 'likely'],
      stages.map(stageRow),
    ),
    ...stages.flatMap(({ name, gates }) => gates.map(({ sentence }) => `  ${name}: ${sentence}`)),
    '',
    `bytes: ${size(bytes.total)} to ${bytes.devices} devices: models ${size(bytes.model)}, metadata ${size(bytes.metadata)}, protocol ${size(bytes.protocol)} (TLS and TCP come on top)`,
    `cost: ${bytes.cost.toFixed(2)}${bytes.unpriced.bytes > 0 ? `, and ${size(bytes.unpriced.bytes)} to ${bytes.unpriced.devices} devices at an unknown price` : ''}`,
    `back: ${bytes.back.devices - bytes.back.fetching} devices without model bytes, ${bytes.back.fetching} fetch ${size(bytes.back.model)}`,
    table(
      ['site', 'devices', 'bytes', 'per MB', 'cost'],
      bytes.sites
        .slice(0, SHOWN)
        .map((one) => [one.site, one.devices, size(one.bytes), one.costPerMb, one.cost?.toFixed(2)]),
    ),
    ...(bytes.sites.length > SHOWN ? [`… and ${bytes.sites.length - SHOWN} more sites`] : []),
  ].join('\n');
}

/** What to know of before the start, the worst first. */
export function showWarnings(warnings: Forecast['warnings']): string {
  return shown(
    warnings.map(({ level, stage, sentence }) => `! ${level}${stage === undefined ? '' : ` (${stage})`}: ${sentence}`),
  ).join('\n');
}

function shown(lines: readonly string[]): string[] {
  const rest = lines.length - SHOWN;
  return rest > 0 ? [...lines.slice(0, SHOWN), `… and ${rest} more (--json has all)`] : [...lines];
}

function stageRow(of: StageForecast) {
  return [
    of.name,
    of.devices,
    of.online,
    after(of.opensAfterMs),
    percent(of.within.hour),
    percent(of.within.day),
    percent(of.within.week),
    after(of.halfAfterMs),
    after(of.ninetyAfterMs),
    after(of.soakMs),
    after(of.likelyMs),
  ];
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}

function after(ms: number | undefined): string {
  if (ms === undefined) return '> 14 d';
  const hours = ms / HOUR_MS;
  if (hours === 0) return 'at once';
  if (hours < 1) return `${Math.ceil(ms / 60_000)} min`;
  return hours < 48 ? `${Math.round(hours)} h` : `${(hours / 24).toFixed(1).replace('.0', '')} d`;
}

function size(bytes: number): string {
  if (bytes >= MB) return `${(bytes / MB).toFixed(1)} MB`;
  return bytes >= KB ? `${(bytes / KB).toFixed(1)} KB` : `${bytes} B`;
}
