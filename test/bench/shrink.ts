import type { Figure, LoneFigure } from './measure/figure.ts';
import { denseFigures } from './shrink/dense.ts';
import { forestFigures } from './shrink/forest.ts';

/** What the search for the right bytes costs and gains, on a forest and on a dense net, beside the float model. */
export async function* shrink(): AsyncGenerator<Figure | LoneFigure> {
  yield* forestFigures();
  yield* denseFigures();
}
