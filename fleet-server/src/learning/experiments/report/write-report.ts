import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cardMarkdown } from '../card/markdown.ts';
import type { ArtifactInput } from '../runs/end.ts';
import { reportHtml } from './html.ts';
import type { Report } from './report.ts';

/** The files of a report: `index.html` with everything in it for people, the rest for programs. */
export function reportFiles(report: Report): ArtifactInput[] {
  return [
    ...report.drawings.map(({ name, svg }) => text(`${name}.svg`, 'image/svg+xml', svg)),
    text('report.json', 'application/json', `${JSON.stringify({ title: report.title, ...report.figures }, null, 1)}\n`),
    text('card.json', 'application/json', `${JSON.stringify(report.card, null, 1)}\n`),
    text('card.md', 'text/markdown', cardMarkdown(report.card, { name: report.title, state: 'not registered' })),
    text('index.html', 'text/html', reportHtml(report)),
  ];
}

/**
 * Writes a report into a folder, which is made where it is not there. Each file is whole or not there; `index.html`
 * comes last. @returns the names of the files
 */
export async function writeReport(folder: string, report: Report): Promise<string[]> {
  await mkdir(folder, { recursive: true });
  const files = reportFiles(report);
  for (const { name, bytes } of files) {
    const path = join(folder, name);
    await writeFile(`${path}.part`, bytes);
    await rename(`${path}.part`, path);
  }
  return files.map(({ name }) => name);
}

function text(name: string, mediaType: string, content: string): ArtifactInput {
  return { name, mediaType, bytes: new TextEncoder().encode(content) };
}
