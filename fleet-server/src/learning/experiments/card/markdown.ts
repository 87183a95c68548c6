import type { Censoring } from '../../datasets/index.ts';
import type { Figure, ModelCard } from './card.ts';

/** What is known of a version beside its own card: given by whoever shows it. */
export interface CardContext {
  name: string;
  state: string;
  deprecation?: { reason: string; replacedBy: string | null };
  run?: string;
  trials?: readonly { variant: string; bytes: number; verdict: string; reason: string; maxDiff?: number }[];
  /** Who signed: role and key id. */
  signers?: readonly { role: string; keyId: string }[];
}

const TITLES: Record<string, string> = {
  auc: 'AUC',
  brier: 'Brier score',
  logLoss: 'log-loss',
  accuracy: 'accuracy',
  mae: 'mean absolute error, days',
  rmse: 'root mean squared error, days',
  r2: 'R²',
  pinball: 'pinball loss, days',
  below: 'share of delays at or below the answer',
};

/** A card for people. Every section is there; what is not known says so. */
export function cardMarkdown(card: ModelCard, context: CardContext): string {
  return `${[
    `# ${context.name}`,
    `State: ${context.state}.${context.run === undefined ? '' : ` Run: ${context.run}.`}`,
    ...(context.deprecation === undefined ? [] : [deprecated(context.deprecation)]),
    section('Intended use', card.intendedUse),
    section('Data', dataLines(card)),
    section('Algorithm and search', algorithmLines(card)),
    `## Figures\n\n${figureTable(card)}`,
    section('Calibration', [calibrationLine(card)]),
    `## What it goes by\n\n${importanceTable(card)}`,
    `## Fairness\n\n${fairnessText(card)}`,
    section('Limits', card.limits),
    section('Quality gate', gateLines(card)),
    `## Encodings\n\n${trialTable(context)}`,
    section(
      'Signed by',
      (context.signers ?? []).map(({ role, keyId }) => `${role}: \`${keyId}\``),
      'nobody yet',
    ),
  ].join('\n\n')}\n`;
}

function section(title: string, lines: readonly string[], without = 'not known'): string {
  return `## ${title}\n\n${lines.length === 0 ? `_${without}_` : lines.map((line) => `- ${line}`).join('\n')}`;
}

function deprecated({ reason, replacedBy }: { reason: string; replacedBy: string | null }): string {
  return `**Deprecated**: ${inline(reason)}${replacedBy === null ? '' : ` Use ${replacedBy} instead.`}`;
}

function dataLines({ data, days }: ModelCard): string[] {
  if (data === null) return [];
  const left = Object.entries(data.left).map(([reason, rows]) => `${rows} ${reason}`);
  return [
    `${inline(data.name)}, version \`${data.version}\`, read as ${data.reader}: ${data.rows} labelled rows${data.heldOut > 0 ? ` (${data.heldOut} of them not used to make it)` : ''}, ${percent(data.baseRate)} late.`,
    ...(days === undefined ? [`Label 1: ${inline(data.target)}.`] : [`Answers delay days, chosen by ${days.loss}.`]),
    // Rows without a date all stand at one moment.
    data.from === data.to
      ? `Without dates; split by ${data.split}.`
      : `Planned ends from ${day(data.from)} to ${day(data.to)}; split by ${data.split}.`,
    ...(left.length === 0 ? [] : [`Left out: ${left.join(', ')}.`]),
    ...(data.censoring === undefined ? [] : [censoringLine(data.censoring)]),
    ...data.parents.map((parent) => `Made from ${inline(parent)}.`),
    ...data.sources.map(({ name, sha256, rows }) => `Source ${inline(name)}: ${rows} rows, SHA-256 \`${sha256}\`.`),
    `Columns: ${data.features.map((one) => `${inline(one.name)} (${one.type}${one.unit === undefined ? '' : `, ${one.unit}`}${one.private === true ? ', private' : ''})`).join(', ')}.`,
  ];
}

function censoringLine({ openRows, overdueRows, overdue, dataDate }: Censoring): string {
  const when = dataDate === undefined ? 'when the data were written' : `on ${day(dataDate)}`;
  const became = overdue === 'late' ? 'count as late' : 'were left out';
  return `Censoring: ${openRows} activities were open and not due ${when}, and are left out; ${overdueRows} were due and not finished, and ${became}.`;
}

function algorithmLines({ algorithm }: ModelCard): string[] {
  if (algorithm === null) return [];
  const parameters = Object.entries(algorithm.parameters).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return [
    `${algorithm.name}${parameters.length === 0 ? '' : `: ${parameters.join(', ')}`}.`,
    `Chosen from ${algorithm.tried} configurations on ${algorithm.folds} folds, seed ${algorithm.seed}; ${algorithm.calibration}.`,
  ];
}

function figureTable({ crossValidated, holdout, baseline, confusion, days }: ModelCard): string {
  const names = [...new Set([...Object.keys(crossValidated), ...Object.keys(holdout ?? {})])];
  if (names.length === 0 && confusion === null) return '_not known_';
  const rows = names.map((name) => [
    TITLES[name] ?? name,
    figure(crossValidated[name]),
    figure(holdout?.[name]),
    baseline[name] === undefined ? '–' : baseline[name].toFixed(3),
  ]);
  return [
    markdownTable(
      ['figure', 'out of fold (95 %)', 'hold-out (95 %)', days === undefined ? 'base rate' : 'best constant'],
      rows,
    ),
    ...(confusion === null
      ? []
      : [
          `At ${confusion.threshold.toFixed(3)}: ${confusion.hits} late found, ${confusion.misses} missed; ${confusion.alarms} false warnings, ${confusion.passes} rightly left alone.`,
        ]),
  ].join('\n\n');
}

function calibrationLine({ calibration, days }: ModelCard): string {
  if (days !== undefined) return 'It answers days: there are no probabilities to be calibrated.';
  if (calibration === null) return 'not known';
  const { error, byChance, slope, intercept } = calibration;
  return `Probabilities are off by ${error.toFixed(3)} on average; calibrated ones would show ${byChance.toFixed(3)} on as many rows. Line over log-odds: slope ${slope.toFixed(3)}, intercept ${intercept.toFixed(3)}.`;
}

function importanceTable({ importance: { basis, features }, days }: ModelCard): string {
  if (features.length === 0) return '_not known_';
  const rows = features
    .slice(0, 15)
    .map(({ feature, mean, low, high }) => [
      inline(feature),
      Number.isFinite(mean) ? mean.toFixed(4) : '–',
      Number.isFinite(low) && Number.isFinite(high) ? `${low.toFixed(4)} … ${high.toFixed(4)}` : '–',
    ]);
  const error = days === undefined ? 'Brier score' : 'mean absolute error, in days,';
  const note = `Growth of the ${error} when the column is shuffled, over ${basis} rows.`;
  return `${note}\n\n${markdownTable(['column', 'growth', '95 %'], rows)}`;
}

function fairnessText({ fairness: slices, days }: ModelCard): string {
  if (days !== undefined) return '_not assessed: its definitions speak of warnings, and days warn of nothing_';
  if (slices.length === 0) return '_no column with groups to compare_';
  return slices
    .map(({ sentence, groups, tooSmall, level }) => {
      const rows = groups.map((one) => [
        inline(one.group),
        String(one.count),
        rate(one.selectionRate),
        rate(one.truePositiveRate),
        rate(one.falsePositiveRate),
        rate(one.falseNegativeRate),
        one.accuracy === null ? '–' : withInterval(one.accuracy, one.intervals.accuracy),
      ]);
      const small =
        tooSmall.groups.length === 0
          ? ''
          : `\n\nToo small (under ${tooSmall.minimum} rows): ${tooSmall.groups.map(inline).join(', ')}${tooSmall.more > 0 ? ` and ${tooSmall.more} more` : ''}.`;
      const head = ['group', 'rows', 'warned', 'TPR', 'FPR', 'FNR', `accuracy (${(level * 100).toFixed(1)} %)`];
      return `${inline(sentence)}\n\n${markdownTable(head, rows)}${small}`;
    })
    .join('\n\n');
}

function gateLines({ gate }: ModelCard): string[] {
  if (gate === null) return [];
  return [gate.verdict === 'pass' ? 'passed' : 'refused', ...gate.sentences.map(inline)];
}

function trialTable({ trials = [] }: CardContext): string {
  if (trials.length === 0) return '_not known_';
  return markdownTable(
    ['encoding', 'bytes', 'largest difference', 'verdict'],
    trials.map((one) => [
      one.variant,
      String(one.bytes),
      one.maxDiff === undefined ? '–' : one.maxDiff.toExponential(1),
      `${one.verdict}: ${inline(one.reason)}`,
    ]),
  );
}

function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [tableLine(head), tableLine(head.map(() => '---')), ...rows.map(tableLine)].join('\n');
}

function tableLine(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function figure(one: Figure | undefined): string {
  if (one === undefined || one.value === null) return '–';
  // Of too few groups an interval is no number, which JSON turns into null.
  const { low = Number.NaN, high = Number.NaN } = one;
  return withInterval(one.value, Number.isFinite(low) && Number.isFinite(high) ? { low, high } : undefined);
}

function withInterval(value: number, interval: { low: number; high: number } | undefined): string {
  return interval === undefined
    ? value.toFixed(3)
    : `${value.toFixed(3)} (${interval.low.toFixed(3)} … ${interval.high.toFixed(3)})`;
}

function rate(value: number | null): string {
  return value === null ? '–' : value.toFixed(3);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}

function day(at: number | null): string {
  return at === null ? '?' : new Date(at).toISOString().slice(0, 10);
}

/** Names come from files of strangers: none of them breaks a table or writes markup. */
export function inline(text: string): string {
  return text.replaceAll(/\s+/g, ' ').replaceAll(/[\\`*_[\]<>|]/g, (character) => `\\${character}`);
}
