import type { EnumeratedInstall } from './enumerate.ts';
import type { ClassScore, Failure, Scores } from './scores.ts';

const COLUMNS = ['seeds', 'injected', 'survived', 'lost', 'doubled', 'bricked', 'refetched', 'other'] as const;
const WIDTH = 10;
const SHOWN = 12;

export function printScores(
  scores: Scores,
  { wallMs, installs }: { wallMs: number; installs?: EnumeratedInstall },
): void {
  console.log(line('class', [...COLUMNS, 'recovery', 'max']));
  for (const one of scores.classes()) console.log(line(one.class, cellsOf(one)));
  const total = (column: (typeof COLUMNS)[number]) => scores.classes().reduce((sum, one) => sum + one[column], 0);
  console.log(line('total', COLUMNS.map(total).map(String)));
  const { seeds, rows, acknowledged, events, ioPoints } = scores.totals();
  console.log(
    `${seeds} seeds, ${rows} rows compared, ${acknowledged} entries of people acknowledged, ${events} events, ` +
      `${ioPoints} calls to the disk; traces ${scores.digest()}; recovery: median and max of simulated seconds`,
  );
  const peaks = Object.entries(scores.peaks()).map(([name, peak]) => `${name} ${peak}`);
  console.log(`most of any device in ten minutes (dial: in one): ${peaks.join(', ')}`);
  if (installs !== undefined) {
    const { points, crashed, runs, failures } = installs;
    console.log(
      `power cut at every call of a first install and an update: ${crashed} of ${points} calls, ${runs} runs`,
    );
    for (const failure of failures) console.log(`  FAILED ${failure}`);
  }
  console.log(`${(wallMs / 1000).toFixed(1)} s`);
}

export function printFailure(failure: Failure, { withTail }: { withTail: boolean }): void {
  const { seed, class: of, breaches, traceHash, tail } = failure;
  if (withTail) for (const one of tail) console.log(`    ${one}`);
  console.log(`FAILED --seed ${seed} --class ${of} (trace ${traceHash})`);
  for (const { breach, text, times } of breaches.slice(0, SHOWN)) console.log(`  ${breach} × ${times}: ${text}`);
  if (breaches.length > SHOWN) console.log(`  … and ${breaches.length - SHOWN} more`);
}

function cellsOf(one: ClassScore): string[] {
  const { median, max } = one.recoveryMs;
  return [...COLUMNS.map((column) => String(one[column])), seconds(median), seconds(max)];
}

function line(name: string, cells: readonly string[]): string {
  return name.padEnd(22) + cells.map((cell) => cell.padStart(WIDTH)).join('');
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(0);
}
