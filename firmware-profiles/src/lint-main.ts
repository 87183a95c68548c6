#!/usr/bin/env node
import { readdir, readFile } from 'node:fs/promises';
import { profileFiles, templateFiles } from './catalogue.ts';
import { lint } from './lint/lint.ts';

const root = new URL('../', import.meta.url);

async function readFiles(folder: string): Promise<Map<string, string>> {
  const names = await readdir(new URL(folder, root), { recursive: true });
  const paths = names.filter((name) => name.endsWith('.json')).map((name) => `${folder}${name.replaceAll('\\', '/')}`);
  const texts = paths
    .toSorted()
    .map(async (path): Promise<[string, string]> => [path, await readFile(new URL(path, root), 'utf8')]);
  return new Map(await Promise.all(texts));
}

const files = new Map([...(await readFiles('profiles/')), ...(await readFiles('templates/'))]);
const problems = lint({ files, catalogue: { ...profileFiles, ...templateFiles } });
for (const { file, field, problem } of problems) console.error(`${file}: ${field || 'file'}: ${problem}`);
process.exitCode = problems.length === 0 ? 0 : 1;
