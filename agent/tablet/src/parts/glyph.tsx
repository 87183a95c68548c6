/** Drawn in a box of 24 with the pen of the text. */
const PATHS = {
  plumb: 'M12 2v9M7 11h10l-5 10z',
  weeks: 'M4 6h16v14H4zM4 10h16M8 3v4M16 3v4',
  gauge: 'M4 18a8 8 0 1 1 16 0M12 18l4-7',
  tablet: 'M6 3h12v18H6zM11 18h2',
  up: 'M12 20V5M5 12l7-7 7 7',
  down: 'M12 4v15M5 12l7 7 7-7',
  back: 'M15 4l-8 8 8 8',
  close: 'M5 5l14 14M19 5L5 19',
  check: 'M4 12l6 6L20 6',
  warn: 'M12 3l10 18H2zM12 10v5M12 18v.5',
  camera: 'M3 8h4l2-3h6l2 3h4v12H3zM12 17a4 4 0 1 0 0-8 4 4 0 0 0 0 8z',
  plus: 'M12 4v16M4 12h16',
  minus: 'M4 12h16',
  hand: 'M6 12h12M6 7v10M18 7v10',
} as const;

export type GlyphName = keyof typeof PATHS;

/** Never the only thing that says something: a word stands beside it or it is named by its button. */
export function Glyph({ name }: { name: GlyphName }) {
  return (
    <svg class="glyph" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
