import { escapeXml } from '../plots/index.ts';

/** The part of Markdown that our own cards are written in: headings, lists, tables, code, emphasis. Nothing passes through. */
export function markdownHtml(markdown: string): string {
  return markdown
    .trim()
    .split(/\n{2,}/)
    .map(block)
    .join('\n');
}

function block(text: string): string {
  const heading = /^(#{1,3}) (.*)$/.exec(text);
  if (heading !== null) {
    const level = heading[1]!.length + 1;
    return `<h${level}>${inlineHtml(heading[2]!)}</h${level}>`;
  }
  const lines = text.split('\n');
  if (lines.every((line) => line.startsWith('- '))) {
    return `<ul>${lines.map((line) => `<li>${inlineHtml(line.slice(2))}</li>`).join('')}</ul>`;
  }
  if (lines.length >= 2 && lines.every((line) => line.startsWith('| '))) return tableHtml(lines);
  return `<p>${inlineHtml(lines.join(' '))}</p>`;
}

function tableHtml([head, , ...rows]: string[]): string {
  return `<table><thead>${rowHtml(head!, 'th')}</thead><tbody>${rows.map((line) => rowHtml(line, 'td')).join('')}</tbody></table>`;
}

function rowHtml(line: string, tag: 'th' | 'td'): string {
  return `<tr>${cellsOf(line)
    .map((cell) => `<${tag}>${inlineHtml(cell)}</${tag}>`)
    .join('')}</tr>`;
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(/ (?<!\\)\| /);
}

function inlineHtml(text: string): string {
  // What is escaped is a letter like any other: it is put out of reach before marks are looked for.
  const kept: string[] = [];
  const hidden = text.replaceAll(
    /\\([\\`*_[\]<>|])/g,
    (_, character: string) => `\u{e000}${kept.push(character) - 1}\u{e000}`,
  );
  return escapeXml(hidden)
    .replaceAll(/`([^`]*)`/g, '<code>$1</code>')
    .replaceAll(/\*\*([^*]+)\*\*/g, '<strong>$1</strong>')
    .replaceAll(/(^|\s)_([^_]+)_(?=$|\s)/g, '$1<em>$2</em>')
    .replaceAll(/\u{e000}(\d+)\u{e000}/gu, (_, index: string) => escapeXml(kept[Number(index)]!));
}
