import { useId } from 'react';

export interface Difference {
  name: string;
  value: number;
  low: number;
  high: number;
}

const WIDTH = 560;
const ROW = 30;
const NAME = 90;

/** Differences with their intervals against zero, drawn to one scale. */
export function Differences({ marks, label }: { marks: readonly Difference[]; label: string }) {
  const id = useId();
  const most = Math.max(1e-6, ...marks.flatMap(({ low, high }) => [Math.abs(low), Math.abs(high)])) * 1.1;
  const x = (value: number) => NAME + ((value + most) / (2 * most)) * (WIDTH - NAME - 10);
  const height = marks.length * ROW + 22;
  return (
    <svg viewBox={`0 0 ${WIDTH} ${height}`} role="img" aria-labelledby={id} style={{ maxWidth: WIDTH, width: '100%' }}>
      <title id={id}>{label}</title>
      <line x1={x(0)} x2={x(0)} y1={0} y2={height - 18} stroke="currentColor" strokeDasharray="3 3" opacity={0.6} />
      {marks.map(({ name, value, low, high }, at) => {
        const y = at * ROW + ROW / 2;
        return (
          <g key={name} stroke="currentColor" fill="currentColor">
            <text x={0} y={y + 4} fontSize={12} stroke="none">
              {name}
            </text>
            <line x1={x(low)} x2={x(high)} y1={y} y2={y} strokeWidth={2} />
            <line x1={x(low)} x2={x(low)} y1={y - 5} y2={y + 5} strokeWidth={2} />
            <line x1={x(high)} x2={x(high)} y1={y - 5} y2={y + 5} strokeWidth={2} />
            <circle cx={x(value)} cy={y} r={4.5} />
          </g>
        );
      })}
      <g fontSize={11} fill="currentColor" opacity={0.75}>
        <text x={NAME} y={height - 4}>
          champion better
        </text>
        <text x={x(0)} y={height - 4} textAnchor="middle">
          0
        </text>
        <text x={WIDTH - 10} y={height - 4} textAnchor="end">
          candidate better
        </text>
      </g>
    </svg>
  );
}
