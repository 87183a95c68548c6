const WIDTH = 180;
const INK = 'light-dark(#2a5f96, #6797c6)';

export interface IntervalBarProps {
  value: number;
  low: number | undefined;
  high: number | undefined;
  from: number;
  to: number;
}

/** A figure and its interval on the scale of its column; the row says both in digits. */
export function IntervalBar({ value, low, high, from, to }: IntervalBarProps) {
  const x = (number: number) => 4 + ((number - from) / (to - from || 1)) * (WIDTH - 8);
  return (
    <svg width={WIDTH} height={16} aria-hidden focusable="false">
      <line x1={x(from)} x2={x(to)} y1={8} y2={8} stroke="light-dark(#e6eaee, #2c333c)" strokeWidth={2} />
      {low !== undefined && high !== undefined && (
        <line x1={x(low)} x2={x(high)} y1={8} y2={8} stroke={INK} strokeWidth={6} opacity={0.4} />
      )}
      <circle cx={x(value)} cy={8} r={4} fill={INK} />
    </svg>
  );
}
