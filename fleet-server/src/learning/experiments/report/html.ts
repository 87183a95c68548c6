import { cardMarkdown } from '../card/markdown.ts';
import { escapeXml } from '../plots/index.ts';
import { markdownHtml } from './markdown-html.ts';
import type { Report } from './report.ts';

const STYLE = `
body { font: 15px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 1340px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.verdict { display: inline-block; padding: .15rem .6rem; border: 2px solid; font-weight: 600; }
.pass { color: #00664b; } .refuse { color: #a63c00; }
.drawings { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; margin-top: 1rem; }
.drawings figure { margin: 0; border: 1px solid #ddd; max-width: 100%; } .drawings svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; margin: .5rem 0; } th, td { border-bottom: 1px solid #ddd; padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
td { font-variant-numeric: tabular-nums; } code { font-size: .85em; overflow-wrap: anywhere; } .card { max-width: 62rem; }
`;

/** One page with everything in it: no script, nothing loaded from elsewhere. */
export function reportHtml(report: Report): string {
  const { title, subtitle, card, drawings } = report;
  const gate = card.gate ?? { verdict: 'refuse', sentences: ['there was no gate'] };
  const word = gate.verdict === 'pass' ? 'The quality gate passes it' : 'The quality gate refuses it';
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="content-security-policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeXml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeXml(title)}</h1>
<p>${escapeXml(subtitle)}</p>
<p><span class="verdict ${gate.verdict}">${word}</span></p>
${gate.sentences.map((sentence) => `<p>${escapeXml(sentence)}</p>`).join('\n')}
<div class="drawings">
${drawings.map(({ svg }) => `<figure>${svg}</figure>`).join('\n')}
</div>
<div class="card">
${markdownHtml(cardMarkdown(card, { name: 'Model card', state: 'not registered' }))}
</div>
</body>
</html>
`;
}
