interface Bar {
  /** Position on the other axis: a number, or the index of a name. */
  at: number;
  low: number;
  high: number;
}

interface RenderApi {
  value(dimension: number): number;
  coord(point: [number, number]): [number, number];
}

const CAP = 4;

/** Lines from low to high with caps: along x for bars that lie, along y for points over x. */
export function errorBars(bars: readonly Bar[], along: 'x' | 'y', colour = '#222222') {
  const finite = bars.filter(({ low, high }) => Number.isFinite(low) && Number.isFinite(high));
  return {
    type: 'custom',
    silent: true,
    z: 5,
    data: finite.map(({ at, low, high }) => [at, low, high]),
    encode: along === 'x' ? { y: 0, x: [1, 2] } : { x: 0, y: [1, 2] },
    renderItem: (_params: unknown, api: RenderApi) => {
      const at = api.value(0);
      const point = (value: number) => api.coord(along === 'x' ? [value, at] : [at, value]);
      const [from, to] = [point(api.value(1)), point(api.value(2))];
      const across = along === 'x' ? [0, CAP] : [CAP, 0];
      const cap = ([x, y]: [number, number]) =>
        line([x - across[0]!, y - across[1]!], [x + across[0]!, y + across[1]!], colour);
      return { type: 'group', children: [line(from, to, colour), cap(from), cap(to)] };
    },
  };
}

function line([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number], stroke: string) {
  return { type: 'line', shape: { x1, y1, x2, y2 }, style: { stroke, lineWidth: 1.5, fill: null } };
}
