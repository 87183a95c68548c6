import { SIGNS, type Node, type NodeState } from './nodes.ts';

/** For a terminal: each step below what it waits for, indented by how far it stands. */
export function drawText(nodes: readonly Node[]): string {
  const lines = byLevel(nodes).map(({ name, uses, state, level, after, says }) => {
    const from = after.length === 0 ? '' : ` ← ${after.join(', ')}`;
    const kind = uses === name ? '' : ` (${uses})`;
    return `${'  '.repeat(level)}${SIGNS[state]} ${name}${kind} [${state}]${from}${says === '' ? '' : `: ${firstLine(says, 80)}`}`;
  });
  return lines.join('\n');
}

/** For pages that draw Mermaid flow charts. */
export function drawMermaid(nodes: readonly Node[]): string {
  const ids = new Map(nodes.map(({ name }, index) => [name, `s${index}`]));
  const boxes = nodes.map(({ name, state }) => `  ${ids.get(name)}["${SIGNS[state]} ${name}<br/>${state}"]:::${state}`);
  const arrows = nodes.flatMap(({ name, after }) => after.map((one) => `  ${ids.get(one)} --> ${ids.get(name)}`));
  const classes = [...new Set(nodes.map(({ state }) => state))].map(
    (state) => `  classDef ${state} fill:${LOOKS[state].fill},stroke:${LOOKS[state].edge},color:#111`,
  );
  return ['flowchart TD', ...boxes, ...arrows, ...classes].join('\n');
}

/** Colours that stay apart for most eyes; dashes and signs say the same. */
const LOOKS: Record<NodeState, { fill: string; edge: string; dashes?: string }> = {
  pending: { fill: '#ffffff', edge: '#888888', dashes: '2 3' },
  running: { fill: '#cfe8ff', edge: '#0072b2' },
  waiting: { fill: '#fff4cc', edge: '#b38600', dashes: '6 3' },
  succeeded: { fill: '#d9f2e6', edge: '#007a5e' },
  cached: { fill: '#eef7f3', edge: '#007a5e', dashes: '6 3' },
  skipped: { fill: '#eeeeee', edge: '#888888', dashes: '2 3' },
  failed: { fill: '#ffd9cc', edge: '#b34700' },
  interrupted: { fill: '#ffe8cc', edge: '#b34700', dashes: '6 3' },
  cancelled: { fill: '#dddddd', edge: '#444444' },
};

const BOX = { width: 190, height: 52, gapX: 50, gapY: 40, margin: 20, bulge: 60 };
const TITLE_HEIGHT = 34;

/** A drawing that stands alone. @param title what it is of */
export function drawSvg(nodes: readonly Node[], title: string): string {
  const places = placesOf(nodes);
  const width = Math.max(320, ...[...places.values()].map(({ x }) => x + BOX.width + BOX.bulge));
  const height = Math.max(...[...places.values()].map(({ y }) => y + BOX.height + BOX.margin));
  const levels = new Map(nodes.map(({ name, level }) => [name, level]));
  const arrows = nodes.flatMap(({ name, after, level }) =>
    after.map((one) => arrow(places.get(one)!, places.get(name)!, level - levels.get(one)!)),
  );
  const boxes = nodes.map((node) => box(node, places.get(node.name)!));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(title)}" font-family="system-ui, sans-serif">`,
    `<title>${escaped(title)}</title>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#555"/></marker></defs>',
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    `<text x="${BOX.margin}" y="24" font-size="15" font-weight="600" fill="#111">${escaped(title)}</text>`,
    ...arrows,
    ...boxes,
    '</svg>',
  ].join('\n');
}

/** From below to above; one that passes others goes around them on the right. */
function arrow(from: Place, to: Place, span: number): string {
  const [x1, y1, x2, y2] = [from.x + BOX.width / 2, from.y + BOX.height, to.x + BOX.width / 2, to.y - 2];
  const middle = (y1 + y2) / 2;
  const straight = `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
  const [right1, right2] = [from.x + BOX.width, to.x + BOX.width + 2];
  const [half1, half2] = [from.y + BOX.height / 2, to.y + BOX.height / 2];
  const out = Math.max(right1, right2) + Math.min(BOX.bulge, 14 + 8 * span);
  const around = `M${right1} ${half1}C${out} ${half1} ${out} ${half2} ${right2} ${half2}`;
  return `<path d="${span > 1 ? around : straight}" fill="none" stroke="#555" marker-end="url(#arrow)"/>`;
}

interface Place {
  x: number;
  y: number;
}

function box({ name, state, attempts, seconds, says }: Node, { x, y }: Place): string {
  const { fill, edge, dashes } = LOOKS[state];
  const dashed = dashes === undefined ? '' : ` stroke-dasharray="${dashes}"`;
  const time = seconds === undefined || state === 'cached' || state === 'skipped' ? '' : `, ${seconds.toFixed(1)} s`;
  const tried = attempts > 1 ? `, attempt ${attempts}` : '';
  return [
    `<g><title>${escaped(says === '' ? state : says)}</title>`,
    `<rect x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="8" fill="${fill}" stroke="${edge}" stroke-width="2"${dashed}/>`,
    `<text x="${x + 12}" y="${y + 22}" font-size="14" font-weight="600" fill="#111">${SIGNS[state]} ${escaped(name.slice(0, 20))}</text>`,
    `<text x="${x + 12}" y="${y + 41}" font-size="12" fill="#333">${state}${time}${tried}</text></g>`,
  ].join('');
}

function placesOf(nodes: readonly Node[]): Map<string, Place> {
  const taken = new Map<number, number>();
  return new Map(
    nodes.map(({ name, level }) => {
      const column = taken.get(level) ?? 0;
      taken.set(level, column + 1);
      const x = BOX.margin + column * (BOX.width + BOX.gapX);
      return [name, { x, y: BOX.margin + TITLE_HEIGHT + level * (BOX.height + BOX.gapY) }];
    }),
  );
}

function byLevel(nodes: readonly Node[]): Node[] {
  return nodes.toSorted((a, b) => a.level - b.level);
}

function firstLine(text: string, length: number): string {
  const [line = ''] = text.split('\n');
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
