import type { Figure, LoneFigure } from './measure/figure.ts';
import { installFigures } from './trust/install.ts';
import { signFigures } from './trust/sign.ts';

/** What signatures cost: 10,000 of them on the server, one install on an agent. Beside bare node:crypto. */
export async function* trust(): AsyncGenerator<Figure | LoneFigure> {
  yield* signFigures();
  yield* installFigures();
}
