import type { Dataset } from '../dataset.ts';

/** Of a list; few enough that making their text delays nobody. */
const CELLS_AT_A_TIME = 10_000;

/** `JSON.stringify(dataset)` in pieces, so that other work can be done in between. */
export function* jsonPieces(dataset: Dataset): Generator<string> {
  const rows = Math.max(1, Math.floor(CELLS_AT_A_TIME / (dataset.features.length + 8)));
  let open = '{';
  for (const [key, value] of Object.entries(dataset)) {
    if (value === undefined) continue;
    const name = `${open}${JSON.stringify(key)}:`;
    open = ',';
    if (!Array.isArray(value)) {
      yield name + JSON.stringify(value);
      continue;
    }
    yield `${name}[`;
    for (let from = 0; from < value.length; from += rows) {
      const piece = JSON.stringify(value.slice(from, from + rows)).slice(1, -1);
      yield from === 0 ? piece : `,${piece}`;
    }
    yield ']';
  }
  yield open === '{' ? '{}' : '}';
}
