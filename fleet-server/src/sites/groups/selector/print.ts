import { typeOf } from './fields.ts';
import type { Comparison, Selector, Value } from './tree.ts';
import { UNITS } from './values.ts';

/** A selector as text, with no more brackets than it needs; `parseSelector` reads the same tree from it. */
export function printSelector(selector: Selector): string {
  switch (selector.type) {
    case 'is':
      return printComparison(selector);
    case 'not':
      return `not ${inBrackets(selector.of, selector.of.type === 'all' || selector.of.type === 'any')}`;
    case 'all':
      return selector.of.map((one) => inBrackets(one, one.type === 'all' || one.type === 'any')).join(' and ');
    case 'any':
      return selector.of.map((one) => inBrackets(one, one.type === 'any')).join(' or ');
  }
}

function inBrackets(selector: Selector, needed: boolean): string {
  return needed ? `(${printSelector(selector)})` : printSelector(selector);
}

function printComparison({ field, line, operator, values }: Comparison): string {
  const type = typeOf(field, line);
  const shown = values.map((value) => (type === 'text' || type === 'set' ? quoted(String(value)) : bare(value)));
  const left = line === undefined ? field : `${field}(${quoted(line)})`;
  const right = operator === 'in' || operator === 'not in' ? `(${shown.join(', ')})` : shown.join();
  return `${left} ${operator} ${right}`;
}

function bare(value: Value): string {
  if (typeof value !== 'number') return String(value);
  const [unit, sizeMs] = UNITS.find(([, size]) => value % size === 0) ?? ['ms', 1];
  return `${value / sizeMs}${unit}`;
}

function quoted(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
