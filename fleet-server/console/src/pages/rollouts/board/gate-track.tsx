import type { GateResult } from '../rollout-of.ts';
import { gateScale } from './gate-units.ts';

const WIDTH = 150;
const HEIGHT = 18;
const INK = { pass: 'teal', fail: 'red', inconclusive: 'yellow' } as const;

/** Number, bounds and limit on one line; the same figures stand in the row as text. */
export function GateTrack({ result: { gate, verdict, value, low, high, limit } }: { result: GateResult }) {
  const known = [value, low, high, limit].filter((one) => one !== undefined);
  const [from, to] = gateScale(gate, known);
  const x = (number: number) => 2 + ((Math.min(to, Math.max(from, number)) - from) / (to - from)) * (WIDTH - 4);
  const ink = `var(--mantine-color-${INK[verdict]}-filled)`;
  const hasBounds = low !== undefined || high !== undefined;
  return (
    <svg width={WIDTH} height={HEIGHT} aria-hidden focusable="false">
      <line x1={2} x2={WIDTH - 2} y1={9} y2={9} stroke="light-dark(#cdd5dd, #37404b)" strokeWidth={2} />
      {hasBounds && (
        <line x1={x(low ?? from)} x2={x(high ?? to)} y1={9} y2={9} stroke={ink} strokeWidth={6} opacity={0.45} />
      )}
      {value !== undefined && <circle cx={x(value)} cy={9} r={4} fill={ink} />}
      <line x1={x(limit)} x2={x(limit)} y1={1} y2={17} stroke="currentColor" strokeWidth={2} />
    </svg>
  );
}
