import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { swapIn } from '../../../../../agent/tablet/packaging/swap-in.ts';
import { readBuild } from './read-build.ts';

const FILES = 10;
const BUILDS = 40;

it('reads one build or the next while the app is built again, and never a part of both', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'plumbline-builds-'));
  const place = join(folder, 'dist');
  const build = async (number: number) => {
    const fresh = join(folder, `fresh-${number}`);
    await mkdir(fresh);
    for (let file = 0; file < FILES; file += 1) await writeFile(join(fresh, `${file}.js`), String(number));
    return fresh;
  };
  await swapIn(await build(0), place);
  for (let number = 1; number <= BUILDS; number += 1) {
    const fresh = await build(number);
    const reading = readBuild(place);
    // A little further into the reading each time.
    for (let turn = 0; turn < number; turn += 1) await setImmediate();
    await swapIn(fresh, place);
    const pages = await reading;
    const texts = new Set([...pages.values()].map(({ bytes }) => new TextDecoder().decode(bytes)));
    expect({ files: pages.size, builds: texts.size }).toEqual({ files: FILES, builds: 1 });
  }
  await rm(folder, { recursive: true });
});
