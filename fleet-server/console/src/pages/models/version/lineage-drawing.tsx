import type { Lineage } from '../model-of.ts';
import { KIND_WORDS, type PlacedColumn } from './lineage-layout.ts';

const BOX = { width: 160, height: 34 };
const GAP = { x: 40, y: 12 };
const HEAD = 24;
const LETTERS = 20;

export interface LineageDrawingProps {
  columns: readonly PlacedColumn[];
  edges: Lineage['edges'];
  /** The node that all of it is about. */
  chosen: string;
}

/** The graph as lines between boxes; the list below it says the same and holds the links. */
export function LineageDrawing({ columns, edges, chosen }: LineageDrawingProps) {
  const places = new Map(
    columns.flatMap(({ nodes }, column) =>
      nodes.map(({ id }, row) => [id, { x: column * (BOX.width + GAP.x), y: HEAD + row * (BOX.height + GAP.y) }]),
    ),
  );
  const rows = Math.max(...columns.map(({ nodes }) => nodes.length));
  const width = columns.length * (BOX.width + GAP.x) - GAP.x + 4;
  const height = HEAD + rows * (BOX.height + GAP.y) + 4;
  return (
    <svg width={width} height={height} viewBox={`-2 0 ${width} ${height}`} aria-hidden focusable="false">
      {columns.map(({ kind }, column) => (
        <text key={kind} x={column * (BOX.width + GAP.x)} y={14} fontSize={12} fontWeight={600} fill="currentColor">
          {KIND_WORDS[kind]}
        </text>
      ))}
      {edges.map(({ from, to, what }) => {
        const [a, b] = [places.get(from), places.get(to)];
        if (a === undefined || b === undefined) return null;
        return (
          <path key={`${from}/${to}/${what}`} d={curve(a, b)} fill="none" stroke="light-dark(#9aa7b4, #5b6875)">
            <title>{what}</title>
          </path>
        );
      })}
      {columns.flatMap(({ nodes }) =>
        nodes.map(({ id, title }) => {
          const at = places.get(id);
          if (at === undefined) return null;
          return (
            <g key={id} transform={`translate(${at.x} ${at.y})`}>
              <title>{title}</title>
              <rect
                width={BOX.width}
                height={BOX.height}
                rx={6}
                fill="light-dark(#ffffff, #1e242b)"
                stroke={id === chosen ? 'light-dark(#2a5f96, #6797c6)' : 'light-dark(#cdd5dd, #37404b)'}
                strokeWidth={id === chosen ? 2.5 : 1}
              />
              <text x={10} y={21} fontSize={12} fill="currentColor">
                {shortened(title)}
              </text>
            </g>
          );
        }),
      )}
    </svg>
  );
}

/** What stands before brackets and commas: the rest is in the list. */
function shortened(title: string): string {
  const [name = title] = title.split(/ \(|, /, 1);
  return name.length > LETTERS ? `${name.slice(0, LETTERS - 1)}…` : name;
}

/** Between columns from side to side; within one, beside the boxes. */
function curve(a: { x: number; y: number }, b: { x: number; y: number }): string {
  const mid = BOX.height / 2;
  if (a.x === b.x) {
    const x = a.x + BOX.width;
    return `M${x} ${a.y + mid} C${x + 28} ${a.y + mid} ${x + 28} ${b.y + mid} ${x} ${b.y + mid}`;
  }
  const [start, end] = [a.x + BOX.width, b.x];
  const bend = (end - start) / 2;
  return `M${start} ${a.y + mid} C${start + bend} ${a.y + mid} ${end - bend} ${b.y + mid} ${end} ${b.y + mid}`;
}
