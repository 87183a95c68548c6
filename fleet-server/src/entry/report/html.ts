import type { Finding, PerformanceName } from '@plumbline/shared/drift';
import { escapeXml, renderSvg, type Plot } from '../../learning/experiments/index.ts';
import { changesOf, type Change } from './changes.ts';
import type { DriftMaterial, Histogram, SiteShare } from './material.ts';
import { dayOf, histogramPlot, performancePlot, sitesPlot, windowsPlot } from './plots.ts';

/** Drawn at most; alarmed ones first, then those that moved most. */
const MOST_FEATURES = 24;
const MEASURES: PerformanceName[] = ['brier', 'auc', 'accuracy'];

const STYLE = `
:root { color-scheme: light dark; --ink: #222; --paper: #fff; --faint: #555; --rule: #ddd; --quiet: #00664b; --alarm: #a63c00; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e4; --paper: #16181b; --faint: #a5a9ad; --rule: #3a3e43; --quiet: #5fd0ae; --alarm: #ff9d5c; }
  .drawings svg { filter: invert(.9) hue-rotate(180deg); }
}
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper); max-width: 1340px; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.5rem; margin-bottom: 0; } h2 { font-size: 1.15rem; margin-top: 2rem; } h3 { font-size: 1rem; margin: 0; }
.verdict { display: inline-block; padding: .15rem .6rem; border: 2px solid; font-weight: 600; }
.quiet { color: var(--quiet); } .alarm { color: var(--alarm); }
.finding { border-left: 4px solid; padding: .2rem 0 .2rem 1rem; margin: 1rem 0; max-width: 62rem; } .finding * { color: var(--ink); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; margin: .4rem 0; } dt { color: var(--faint) !important; } dd { margin: 0; }
.drawings { display: flex; flex-wrap: wrap; gap: 12px; align-items: flex-start; margin-top: 1rem; }
.drawings figure { margin: 0; border: 1px solid var(--rule); max-width: 100%; } .drawings svg { max-width: 100%; height: auto; display: block; }
table { border-collapse: collapse; margin: .5rem 0; } th, td { border-bottom: 1px solid var(--rule); padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
td { font-variant-numeric: tabular-nums; overflow-wrap: break-word; } td.number { white-space: nowrap; }
.wide { overflow-x: auto; } summary { cursor: pointer; }
`;

/** One page with everything in it: no script, nothing loaded from elsewhere. */
export async function driftHtml(material: DriftMaterial): Promise<string> {
  const { line, version, from, to, findings, periods, sites, now, reference, quarantined, madeAt } = material;
  const title = `Drift of ${line}@${version}`;
  const alarms = findings.filter(({ alarm }) => alarm);
  const quiet = findings.filter(({ alarm }) => !alarm);
  const changes = changesOf(alarms);
  const verdict = changes.length === 0 ? 'No alarm' : counted(changes.length, 'alarm');
  const total = periods.reduce((all, { predictions }) => all + predictions, 0);
  const drawings: string[] = [];
  for (const plot of plotsOf(material)) drawings.push(`<figure>${await renderSvg(plot)}</figure>`);
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
<p>${counted(total, 'prediction')} from ${dayOf(from)} to ${dayOf(to)}; “now” is from ${dayOf(now.from)}, ${counted(now.predictions, 'prediction')}. Made ${escapeXml(new Date(madeAt).toISOString())}.</p>
<p><span class="verdict ${alarms.length === 0 ? 'quiet' : 'alarm'}">${verdict}</span></p>
${reference === null ? '<p>The bundle has no reference: nothing can be compared with the training data.</p>' : ''}
${quarantined === 0 ? '' : `<p>${counted(quarantined, 'window')} in quarantine: in no figure here.</p>`}
<h2>What was found</h2>
${alarms.length === 0 ? '<p>Nothing that is surely and notably other than the reference.</p>' : changes.map(changeHtml).join('\n')}
${quietHtml(quiet)}
<h2>Pictures</h2>
<div class="drawings">
${drawings.join('\n')}
</div>
<h2>Who is affected</h2>
${sitesHtml(sites, alarms)}
</body>
</html>
`;
}

function plotsOf(material: DriftMaterial): Plot[] {
  const { features, score, sites, findings } = material;
  const alarmed = new Map(
    findings.flatMap(({ alarm, subject, sentence }) => (alarm && subject ? [[subject, sentence] as const] : [])),
  );
  const order = features.toSorted(
    (a, b) => Number(alarmed.has(b.name)) - Number(alarmed.has(a.name)) || movedBy(b) - movedBy(a),
  );
  const says = (name: string) => (alarmed.has(name) ? 'alarm; ' : '');
  const isDrawn = material.now.predictions > 0;
  return [
    windowsPlot(material),
    ...MEASURES.flatMap((measure) => performancePlot(material, measure) ?? []),
    ...(score === null || !isDrawn ? [] : [histogramPlot(score, 'score')]),
    ...(isDrawn ? order.slice(0, MOST_FEATURES) : []).map((one, at) =>
      histogramPlot(one, `feature-${at}`, says(one.name)),
    ),
    ...(sitesPlot(sites) === undefined ? [] : [sitesPlot(sites)!]),
  ];
}

/** Half the sum of what shares differ by: 0 the same, 1 nothing in common. For the order of drawings only. */
function movedBy({ reference, now }: Histogram): number {
  const [n, m] = [reference, now].map((counts) => counts.reduce((all, count) => all + count, 0)) as [number, number];
  if (n === 0 || m === 0) return 0;
  return reference.reduce((all, count, bin) => all + Math.abs(count / n - (now[bin] ?? 0) / m), 0) / 2;
}

function changeHtml({ newest: one, times, from, to }: Change): string {
  const { sentence, since, sure, todo, statistic, threshold, p, effect, n, devices, sites, tests, shares } = one;
  const rows: [string, string][] = [
    ['Where', `${placeOf(one)}: ${counted(devices, 'device')} at ${counted(sites, 'site')}`],
    ['Found', `${dayOf(from)} to ${dayOf(to)}${times === 1 ? '' : `, in ${times} periods; numbers are of the last`}`],
    [
      'Since',
      since === undefined
        ? 'not known'
        : since.low === since.high
          ? dayOf(since.at)
          : `${dayOf(since.at)}, likely between ${dayOf(since.low)} and ${dayOf(since.high)}`,
    ],
    ['How sure', sure],
    ['What to do', todo],
    [
      'Numbers',
      `statistic ${digits(statistic)}, threshold ${digits(threshold)}, p ${digits(p)}, effect ${digits(effect)}, n ${n}`,
    ],
    ['Measures', tests.map((test) => `${test.name} ${digits(test.statistic)} of ${digits(test.threshold)}`).join('; ')],
    [
      'Who',
      shares
        .slice(0, 10)
        .map(({ site, share }) => `${site} ${(100 * share).toFixed(0)} %`)
        .join(', '),
    ],
  ];
  const list = rows
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `<dt>${name}</dt><dd>${escapeXml(value)}</dd>`);
  return `<div class="finding alarm"><h3>${escapeXml(sentence)}</h3><p>${escapeXml(kindOf(one))}</p><dl>${list.join('')}</dl></div>`;
}

function quietHtml(quiet: readonly Finding[]): string {
  if (quiet.length === 0) return '';
  const rows = quiet.map((one) => [
    kindOf(one),
    placeOf(one),
    dayOf(one.from),
    one.sentence,
    digits(one.p),
    digits(one.effect),
    String(one.n),
  ]);
  const table = tableHtml(['kind', 'where', 'from', 'what', 'p', 'effect', 'n'], rows);
  return `<details><summary>Looked at as well, without an alarm: ${quiet.length}</summary>\n${table}</details>`;
}

function sitesHtml(sites: readonly SiteShare[], alarms: readonly Finding[]): string {
  const rows = sites.map(({ site, devices, predictions, outcomes, late }) => {
    const named = alarms.filter(
      ({ scope, shares }) =>
        (scope.of === 'site' && scope.id === site) || shares.some((one) => one.site === site && one.share > 0),
    );
    return [
      site,
      String(devices),
      String(predictions),
      String(outcomes),
      outcomes === 0 ? '–' : `${((100 * late) / outcomes).toFixed(1)} %`,
      named.map((one) => one.subject ?? one.kind).join(', ') || '–',
    ];
  });
  if (rows.length === 0) return '<p>No device has counted anything lately.</p>';
  return tableHtml(['site', 'devices', 'predictions', 'outcomes known', 'late', 'found there'], rows);
}

function tableHtml(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return `<div class="wide"><table><thead><tr>${cellsHtml('th', head)}</tr></thead><tbody>${rows.map((row) => `<tr>${cellsHtml('td', row)}</tr>`).join('')}</tbody></table></div>`;
}

function cellsHtml(tag: 'th' | 'td', row: readonly string[]): string {
  // Days and numbers are not broken in two.
  const opened = (cell: string) => (tag === 'td' && /^[\d.e:% –-]+$/.test(cell) ? 'td class="number"' : tag);
  return row.map((cell) => `<${opened(cell)}>${escapeXml(cell)}</${tag}>`).join('');
}

function kindOf({ kind, quality, subject }: Finding): string {
  return [quality === undefined ? kind : `${kind} (${quality})`, ...(subject === undefined ? [] : [subject])].join(
    ' of ',
  );
}

function placeOf({ scope }: Finding): string {
  return scope.of === 'fleet' ? 'the fleet' : `${scope.of} ${scope.id}`;
}

function counted(n: number, what: string): string {
  return `${n} ${what}${n === 1 ? '' : 's'}`;
}

function digits(value: number | null): string {
  if (value === null || !Number.isFinite(value)) return '–';
  const rounded = Number(value.toPrecision(3));
  return rounded !== 0 && Math.abs(rounded) < 0.001 ? rounded.toExponential() : String(rounded);
}
