import type { Figure, Lineage, ModelHistory, VersionComparison } from '../../../learning/experiments/index.ts';
import { table } from '../output.ts';

const MOST_DEVICES = 40;

export function showHistory({ sentence, aliases, devices, unknown }: ModelHistory): string {
  return [
    sentence,
    ...Object.entries(aliases).map(([name, version]) => `${name} was ${version}`),
    ...(devices.length === 0
      ? []
      : [
          table(
            ['device', 'site', 'version', 'basis', 'from'],
            devices
              .slice(0, MOST_DEVICES)
              .map((one) => [
                one.device,
                one.site,
                one.version ?? one.between?.map((end) => end ?? 'nothing').join(' → '),
                one.basis,
                one.sentence,
              ]),
          ),
        ]),
    ...(devices.length > MOST_DEVICES ? [`… and ${devices.length - MOST_DEVICES} more: --json`] : []),
    ...unknown.map((one) => `Not known: ${one}`),
  ].join('\n');
}

export function showLineage({ nodes, edges }: Lineage): string {
  const titles = new Map(nodes.map(({ id, title }) => [id, title]));
  const nameOf = (id: string) => `${id.slice(0, id.indexOf(':'))} ${titles.get(id) ?? id.slice(id.indexOf(':') + 1)}`;
  return table(
    ['from', 'what', 'to'],
    edges.map(({ from, to, what }) => [nameOf(from), what, nameOf(to)]),
  );
}

export function showVersions({
  versions,
  algorithm,
  inputs,
  data,
  metrics,
  sizes,
  runs,
  remarks,
}: VersionComparison): string {
  const rows: [string, string, string][] = [
    ['algorithm', ...algorithm],
    ['data', ...pair(data, (one) => (one === null ? '–' : `${one.name}@${one.version.slice(0, 12)}`))],
    ['rows', ...pair(data, (one) => String(one?.rows ?? '–'))],
    ['run', ...pair(runs, (one) => one ?? '–')],
    ...metrics.map(({ metric, values }): [string, string, string] => [metric, ...pair(values, figure)]),
    ...sizes.map(({ variant, archiveBytes }): [string, string, string] => [
      `${variant}, bytes`,
      ...pair(archiveBytes, (one) => String(one ?? '–')),
    ]),
  ];
  return [
    table(['', ...versions], rows),
    ...inputs.added.map((name) => `new input: ${name}`),
    ...inputs.removed.map((name) => `input gone: ${name}`),
    ...inputs.changed.map(
      ({ feature, what, values }) => `${feature}: ${what} was ${worded(values[0])}, is ${worded(values[1])}`,
    ),
    ...remarks,
  ].join('\n');
}

function worded(value: unknown): string {
  return value === null || value === undefined ? 'none' : JSON.stringify(value);
}

function pair<Value>([a, b]: [Value, Value], show: (value: Value) => string): [string, string] {
  return [show(a), show(b)];
}

function figure(one: Figure | null): string {
  if (one === null || one.value === null) return '–';
  const interval =
    one.low === undefined || one.high === undefined ? '' : ` (${one.low.toFixed(3)} … ${one.high.toFixed(3)})`;
  return `${one.value.toFixed(3)}${interval}`;
}
