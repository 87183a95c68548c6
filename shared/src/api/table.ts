export type Cell = string | number | null | undefined;

/** Columns lined up under their heads; numbers to the right. For terminals. */
export function table(head: string[], rows: Cell[][]): string {
  const text = [
    head,
    ...rows.map((row) => row.map((cell) => (cell === null || cell === undefined ? '–' : String(cell)))),
  ];
  const widths = head.map((_, column) => Math.max(...text.map((row) => row[column]?.length ?? 0)));
  const isNumber = head.map((_, column) => rows.length > 0 && rows.every((row) => typeof row[column] === 'number'));
  const align = (cell: string, column: number) =>
    isNumber[column] ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return text.map((row) => row.map(align).join('  ').trimEnd()).join('\n');
}
