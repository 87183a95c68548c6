import type { DimensionView, ModelView, ValueView } from '../../../supply/onnx/index.ts';
import { table } from '../output.ts';

const LONGEST = 60;
const SHOWN = 12;

/** Pages of one model for a terminal: what it is, what goes in and out, what it computes, what fills the file. */
export function describeModel(view: ModelView): string {
  const opsets = Object.entries(view.opsets).map(([domain, version]) => `${printable(domain)} ${version}`);
  const facts = [
    ['family', view.family.sentence],
    ['size', size(view.sizeBytes)],
    ['made by', printable(view.producer) || 'it does not say'],
    ['format', `IR ${view.irVersion}, ${opsets.join(', ') || 'no operator sets'}`],
  ];
  return [
    table(['', ''], facts).trimStart(),
    section('Inputs and outputs', values(view)),
    section('Operators', operators(view.operators)),
    section('Where the bytes are', parts(view)),
    section('Largest', largest(view)),
    section('The same weights more than once', duplicates(view)),
    section('Metadata, which devices never see', metadata(view)),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function section(title: string, content: string): string {
  return content === '' ? '' : `${title}\n${content.replaceAll(/^/gm, '  ')}`;
}

function values(view: ModelView): string {
  const rows = [
    ...shown(view.inputs).map((one) => valueRow('input', one)),
    ...shown(view.outputs).map((one) => valueRow('output', one)),
  ];
  const hidden = view.inputs.length + view.outputs.length - rows.length;
  return rows.length === 0 ? '' : withRest(table(['', 'name', 'type', 'shape'], rows), hidden);
}

function valueRow(side: string, { name, dtype, shape: dims }: ValueView): string[] {
  return [side, printable(name), dtype, shape(dims)];
}

function operators(counts: Record<string, number>): string {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  const rows = shown(sorted).map(([name, count]) => [printable(name), count]);
  return rows.length === 0 ? '' : withRest(table(['operator', 'nodes'], rows), sorted.length - rows.length);
}

const PART_WORDS: Record<ModelView['parts'][number]['part'], string> = {
  initializers: 'initializers',
  attributes: 'attributes of nodes',
  names: 'names',
  docs: 'doc strings',
  metadata: 'metadata',
  unknown: 'fields we do not know',
  structure: 'structure',
};

function parts(view: ModelView): string {
  const rows = view.parts.filter(({ bytes }) => bytes > 0);
  const cells = columns(rows.map(({ bytes }) => bytes));
  return table(
    ['part', cells.head, cells.percentHead, ''],
    rows.map(({ part, bytes, share }) => [PART_WORDS[part], cells.bytes(bytes), cells.percent(share), bar(share)]),
  );
}

function largest(view: ModelView): string {
  if (view.largest.length === 0) return '';
  const cells = columns(view.largest.map(({ bytes }) => bytes));
  return table(
    ['', 'name', cells.head, cells.percentHead],
    view.largest.map(({ name, bytes, share }, at) => [
      at + 1,
      printable(name) || '(no name)',
      cells.bytes(bytes),
      cells.percent(share),
    ]),
  );
}

function duplicates(view: ModelView): string {
  return view.duplicateWeights
    .map(({ names, bytes }) => {
      const some = names.slice(0, 3).map((name) => printable(name));
      const rest = names.length > 3 ? ` and ${names.length - 3} more` : '';
      return `${some.join(', ')}${rest}: ${size(bytes)} each, ${size(bytes * (names.length - 1))} to save`;
    })
    .join('\n');
}

function metadata(view: ModelView): string {
  const rows = shown(view.metadata).map(({ key, value }) => [printable(key), printable(value)]);
  return rows.length === 0 ? '' : withRest(table(['key', 'value'], rows), view.metadata.length - rows.length);
}

function withRest(text: string, hidden: number): string {
  return hidden > 0 ? `${text}\n… and ${hidden} more; --json has them all` : text;
}

function shown<T>(items: readonly T[]): readonly T[] {
  return items.slice(0, SHOWN);
}

/** Numbers are shown as text with a unit, so they are lined up here and not by the table. */
function columns(bytes: readonly number[]) {
  const width = Math.max('bytes'.length, ...bytes.map((one) => one.toLocaleString('en-US').length));
  return {
    head: 'bytes'.padStart(width),
    percentHead: 'share'.padStart(7),
    bytes: (value: number) => value.toLocaleString('en-US').padStart(width),
    percent: (share: number) => `${(share * 100).toFixed(1)} %`.padStart(7),
  };
}

function bar(share: number): string {
  return '█'.repeat(Math.round(share * 20)) || (share > 0 ? '▏' : '');
}

/** E.g. `4,257 bytes`, `1.03 MB (1,030,123 bytes)`; 10^6 bytes to the megabyte. */
function size(bytes: number): string {
  const exact = `${bytes.toLocaleString('en-US')} bytes`;
  if (bytes < 10_000) return exact;
  return bytes < 1e6 ? `${(bytes / 1e3).toFixed(1)} KB (${exact})` : `${(bytes / 1e6).toFixed(2)} MB (${exact})`;
}

function shape(dims: DimensionView[] | null): string {
  if (dims === null) return 'any';
  const sizes = dims.map((one) => (one === null ? '?' : printable(String(one))));
  return `[${printable(sizes.join(', '))}]`;
}

/** Text out of a file nobody trusts: short, on one line, and nothing that a terminal would obey. */
function printable(text: string): string {
  const plain = text.slice(0, 4 * LONGEST).replaceAll(/[\p{C}\p{Zl}\p{Zp}]/gu, '\uFFFD');
  return plain.length > LONGEST ? `${plain.slice(0, LONGEST - 1)}…` : plain;
}
