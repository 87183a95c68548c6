/** Colours that most people tell apart, colour-blind or not (Okabe & Ito 2008), in order of use. */
export const COLOURS = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const;
/** With a dash each, lines are told apart in black and white too. */
export const DASHES = ['solid', 'dashed', 'dotted', [8, 3, 2, 3], [2, 6], [12, 4], 'solid'] as const;

export const WIDTH = 640;
const INK = '#222222';
const FAINT = '#d9d9d9';
export const NEUTRAL = '#767676';

export function colourOf(index: number): string {
  return COLOURS[index % COLOURS.length]!;
}

export function dashOf(index: number) {
  return DASHES[index % DASHES.length]!;
}

/** Title with what it rests on below. */
export function titleOf(text: string, subtext: string, width: number = WIDTH) {
  return {
    text,
    subtext,
    left: 16,
    top: 10,
    itemGap: 6,
    textStyle: { color: INK, fontSize: 16, fontWeight: 600 },
    subtextStyle: { color: '#555555', fontSize: 12, lineHeight: 15, width: width - 32, overflow: 'break' },
  };
}

/** Numbers along an axis, with its name at the middle. */
export function valueAxis(name: string, gap: number, bounds: { min?: number; max?: number; interval?: number } = {}) {
  return {
    type: 'value',
    name,
    nameLocation: 'middle',
    nameGap: gap,
    nameTextStyle: { color: INK, fontSize: 12 },
    axisLabel: { color: INK, fontSize: 11, hideOverlap: true },
    axisLine: { show: true, lineStyle: { color: '#888888' } },
    splitLine: { lineStyle: { color: FAINT } },
    ...bounds,
  };
}

/** Names down the left side, the first on top. */
export function nameAxis(names: readonly string[]) {
  return {
    type: 'category',
    data: [...names],
    inverse: true,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: '#888888' } },
    axisLabel: { color: INK, fontSize: 12, width: 190, overflow: 'truncate', interval: 0 },
  };
}

export function legendAt(top: number) {
  return {
    top,
    left: 16,
    itemWidth: 28,
    icon: undefined,
    itemStyle: { opacity: 0 },
    textStyle: { color: INK, fontSize: 12 },
  };
}

/** 0.1234 → `0.123`; what could not be computed is a dash. */
export function show(value: number | null | undefined, digits = 3): string {
  return value === null || value === undefined || !Number.isFinite(value) ? '–' : value.toFixed(digits);
}

/** Bounds of an axis around values, with ticks on round numbers, so that nothing touches the frame. */
export function roundBounds(values: readonly number[], least = 0.02): { min: number; max: number; interval: number } {
  const finite = values.filter(Number.isFinite);
  const low = finite.length === 0 ? 0 : Math.min(...finite);
  const high = finite.length === 0 ? 1 : Math.max(...finite);
  const spread = Math.max(high - low, least);
  const rough = spread / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const interval = power * ([1, 2, 5, 10].find((step) => power * step >= rough) ?? 10);
  return {
    min: rounded(Math.floor((low - spread * 0.04) / interval) * interval),
    max: rounded(Math.ceil((high + spread * 0.04) / interval) * interval),
    interval: rounded(interval),
  };
}

/** Room for a drawing whose names stand left of the axis. */
export function gridBesideNames(right: number) {
  return { left: 16, right, top: 80, bottom: 48, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' };
}

const NAMES: Record<string, string> = { auc: 'AUC', brier: 'Brier score', logLoss: 'Log-loss', accuracy: 'Accuracy' };

/** A figure as people call it. */
export function nameOfMetric(metric: string): string {
  return NAMES[metric] ?? metric;
}

/** Without the dust of binary fractions. */
function rounded(value: number): number {
  return Number(value.toFixed(10));
}
