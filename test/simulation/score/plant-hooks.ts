import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';
import { PLANTS, type Plant } from './plants.ts';

const ROOT = new URL('../../../', import.meta.url);

/**
 * From here on the file of a bug is loaded with the bug in it: the product carries no switch for tests.
 * @throws Error when the plant is unknown or stale
 */
export function plantBug(name: string): void {
  const plant = plantNamed(name);
  const url = new URL(plant.file, ROOT).href;
  const source = planted(plant);
  registerHooks({
    load: (asked, context, nextLoad) =>
      asked === url ? { ...nextLoad(asked, context), source } : nextLoad(asked, context),
  });
}

export function plantNamed(name: string): Plant {
  const found = PLANTS.find((one) => one.name === name);
  if (found !== undefined) return found;
  throw new Error(`no planted bug ${name}; there are ${PLANTS.map((one) => one.name).join(', ')}`);
}

/** The source with its bug. @throws Error when what is to be replaced does not stand there exactly once */
export function planted({ name, file, find, replace }: Plant): string {
  const source = readFileSync(fileURLToPath(new URL(file, ROOT)), 'utf8');
  const times = source.split(find).length - 1;
  if (times !== 1) throw new Error(`the plant ${name} is stale: ${file} has ${times} × ${JSON.stringify(find)}`);
  return source.replace(find, () => replace);
}
