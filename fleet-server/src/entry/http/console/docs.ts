import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { marked } from 'marked';

const FOLDER = join(import.meta.dirname, '../../../../../shared/docs');
const NAME = /^(?:decisions\/)?[a-z0-9-]+$/;

/** Pages of shared/docs as HTML, each read once; undefined for one there is not. */
export function readDocs(folder = FOLDER): (page: string) => Promise<string | undefined> {
  const made = new Map<string, Promise<string | undefined>>();
  return (page) => {
    const name = page.replace(/\.md$/, '');
    if (!NAME.test(name)) return Promise.resolve(undefined);
    const known = made.get(name);
    if (known !== undefined) return known;
    const html = render(folder, name);
    made.set(name, html);
    return html;
  };
}

async function render(folder: string, name: string): Promise<string | undefined> {
  const source = await readFile(join(folder, `${name}.md`), 'utf8').catch(() => undefined);
  if (source === undefined) return undefined;
  const body = await marked.parse(source);
  const title = /^# (.+)$/m.exec(source)?.[1] ?? name;
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(title)} · Plumbline</title><link rel="stylesheet" href="/docs.css"></head><body><main>${body}</main></body></html>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
