import type { MetricDifference, Run, RunArtifact, RunComparison } from '../../../learning/experiments/index.ts';
import { table } from '../output.ts';

/** A run as people read it. */
export function showRun(run: Run & { artifacts: RunArtifact[] }): string {
  const { metrics, dataset, error, result, seed, parent } = run;
  return [
    `${run.id}: ${run.kind} of ${run.experiment}, ${run.state}${error === null ? '' : ` (${error.code}: ${error.message})`}`,
    `began ${day(run.startedAt)}${run.endedAt === null ? '' : `, ${((run.endedAt - run.startedAt) / 1000).toFixed(1)} s`}, by ${run.actor}, ${run.codeVersion}${seed === null ? '' : `, seed ${seed}`}`,
    ...(dataset === null ? [] : [`data: ${dataset.name}@${dataset.version}`]),
    ...(result === null ? [] : [`made: ${result.line}@${result.version}`]),
    ...(parent === null ? [] : [`part of ${parent}`]),
    ...Object.entries(run.tags).map(([name, value]) => `tag ${name}: ${value}`),
    ...settingsOf(run),
    '',
    figures(run),
    ...(metrics.gate === undefined
      ? []
      : [`quality gate: ${metrics.gate.verdict}`, ...metrics.gate.reasons.map(({ sentence }) => `  ${sentence}`)]),
    ...(run.artifacts.length === 0
      ? []
      : [
          table(
            ['file', 'bytes', 'sha256'],
            run.artifacts.map((one) => [one.name, one.sizeBytes, one.sha256.slice(0, 16)]),
          ),
        ]),
  ].join('\n');
}

/** One a line, the values of a group behind its name; what says nothing is left out. */
function settingsOf({ settings }: Run): string[] {
  const lines = Object.entries(settings).flatMap(([name, value]): [string, unknown][] =>
    isGroup(value) ? Object.entries(value).map(([inner, one]) => [`${name}.${inner}`, one]) : [[name, value]],
  );
  if (lines.length === 0) return [];
  const shown = lines.map(([name, value]) => [
    name,
    short(typeof value === 'string' ? value : JSON.stringify(value), 100),
  ]);
  return ['', table(['setting', 'value'], shown)];
}

function isGroup(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function figures({ metrics: { values, folds, holdout } }: Run): string {
  const names = Object.keys(values);
  const count = folds?.rowsValid.length ?? 0;
  const head = [
    'figure',
    'out of fold',
    ...(holdout === undefined ? [] : ['hold-out']),
    ...Array.from({ length: count }, (_, fold) => `fold ${fold + 1}`),
  ];
  return table(
    head,
    names.map((name) => [
      name,
      figure(values[name]),
      ...(holdout === undefined ? [] : [figure(holdout[name])]),
      ...Array.from({ length: count }, (_, fold) => figure(folds?.values[name]?.[fold])),
    ]),
  );
}

export function showComparison({ runs, parameters, metrics, sameFolds }: RunComparison): string {
  const ids = runs.map(({ id }) => id);
  return [
    parameters.length === 0
      ? 'no setting differs'
      : table(
          ['setting', ...ids],
          parameters.map(({ path, values }) => [
            path,
            ...values.map((value) => (value === null ? '–' : short(JSON.stringify(value)))),
          ]),
        ),
    '',
    table(
      ['figure', ...ids],
      metrics.map(({ metric, values, differences }) => [
        metric,
        ...values.map((value, index) => cell(value, index, differences)),
      ]),
    ),
    sameFolds
      ? 'In brackets: mean difference to the first run over the same folds, 95 % interval.'
      : 'Not all runs were measured on the same folds: figures without an interval do not pair.',
  ].join('\n');
}

function cell(value: number | null, index: number, differences: MetricDifference['differences']): string {
  const difference = index === 0 ? null : differences[index - 1];
  if (difference === null || difference === undefined) return figure(value);
  const { mean, low, high } = difference;
  return `${figure(value)} (${signed(mean)}: ${signed(low)} … ${signed(high)})`;
}

export function figure(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(4);
}

export function day(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ');
}

function signed(value: number): string {
  return `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(4)}`;
}

function short(text: string, limit = 40): string {
  return text.length <= limit ? text : `${text.slice(0, limit - 1)}…`;
}
