import type { Budget, Figure, LoneFigure, Unit } from './figure.ts';

/** One line for people: our figure, the limit beside it, the comparison with its interval, the budget and its fate. */
export function lineOf(figure: Figure | LoneFigure): string {
  const name = figure.name.padEnd(44);
  if ('reason' in figure)
    return `  ${name} ours ${shown(figure.ours, figure.unit)}, alone: ${figure.reason}${fateOf(figure)}`;
  const { ours, bare, unit, against, compared, by, budget, kept } = figure;
  const sides = `ours ${shown(ours, unit).padStart(14)}   ${against} ${shown(bare, unit).padStart(14)}`;
  const say = (value: number) => (by === 'ratio' ? `${value.toFixed(2)} ×` : signed(value, unit));
  const comparison = `${say(compared.median)} (${say(compared.low)} to ${say(compared.high)})`;
  const fate =
    budget === undefined ? 'no budget' : `budget ${limitOf(budget, say)}: ${kept === true ? 'kept' : 'MISSED'}`;
  return `  ${name} ${sides}   ${comparison}   ${fate}`;
}

function fateOf({ budget, kept, unit }: LoneFigure): string {
  if (budget === undefined) return '';
  return `   budget ${limitOf(budget, (value) => shown(value, unit))}: ${kept === true ? 'kept' : 'MISSED'}`;
}

function limitOf({ rule, limit }: Budget, say: (value: number) => string): string {
  return `${rule === 'at most' ? '≤' : '≥'} ${say(limit)}`;
}

function signed(value: number, unit: Unit): string {
  // A difference of two percentages is a number of points.
  const text = shown(Math.abs(value), unit).replace('%', 'points');
  return `${value < 0 ? '−' : '+'}${text}`;
}

const DIGITS: Record<Unit, number> = {
  µs: 1,
  ms: 1,
  s: 3,
  bytes: 0,
  'rows/s': 0,
  '%': 2,
  MB: 1,
  KB: 0,
  devices: 0,
  '': 4,
};

function shown(value: number, unit: Unit): string {
  const digits = DIGITS[unit];
  const number = value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
  return unit === '' ? number : `${number} ${unit}`;
}
