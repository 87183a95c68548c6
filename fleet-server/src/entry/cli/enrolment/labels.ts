import { renderSVG } from 'uqr';
import type { MadeToken } from '../../../sites/devices/index.ts';

/**
 * Labels for a printer: A4 in portrait, two by four to a sheet, one for each device. One file without script and without
 * anything from elsewhere, because whoever prints it holds secrets in hand.
 */
export function labelsOf(tokens: readonly MadeToken[]): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Plumbline enrolment labels</title>
<style>${STYLE}</style>
${tokens.map(label).join('\n')}
</html>
`;
}

// The code is never cut: whoever has no camera types or copies it. What is long and of less use gives way.
const STYLE = `
@page { size: A4 portrait; margin: 10mm; }
* { box-sizing: border-box; }
body { margin: 0; width: 190mm; display: flex; flex-wrap: wrap; font: 3mm/1.3 sans-serif; }
article { width: 95mm; height: 69mm; padding: 3mm; border: .2mm dashed #999; break-inside: avoid; }
section { display: flex; gap: 3mm; height: 44mm; }
section > div { overflow: hidden; }
svg { width: 44mm; height: 44mm; flex: none; }
h1 { margin: 0; font-size: 4.2mm; overflow-wrap: anywhere; }
p { margin: 1mm 0 0; }
code { display: block; margin-top: 1mm; font: 1.9mm/1.25 monospace; overflow-wrap: anywhere; }
`;

function label({ site, device, profile, approval, tags, code, expiresAt }: MadeToken): string {
  const notes = [
    profile,
    tags.join(' '),
    approval === 'required' ? 'compare the fingerprint with the office' : undefined,
  ];
  return `<article>
<section>
${renderSVG(code, { ecc: 'L', border: 2 })}
<div>
<h1>${escape(device)}</h1>
<p>${escape(site)}</p>
<p>good once, until ${escape(minuteOf(expiresAt))}</p>
${notes.flatMap((note) => (note ? [`<p>${escape(note)}</p>`] : [])).join('\n')}
</div>
</section>
<code>${escape(code)}</code>
</article>`;
}

function minuteOf(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

const ENTITIES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
