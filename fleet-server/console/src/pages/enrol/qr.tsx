import { encode } from 'uqr';

/** A code as a square that a camera reads: dark on white in every colour scheme. */
export function Qr({ text, label, size }: { text: string; label: string; size: string }) {
  const { data, size: modules } = encode(text, { ecc: 'L', border: 2 });
  const path = data.flatMap((row, y) => row.map((isDark, x) => (isDark ? `M${x} ${y}h1v1h-1z` : ''))).join('');
  return (
    <svg
      role="img"
      aria-label={label}
      viewBox={`0 0 ${modules} ${modules}`}
      width={size}
      height={size}
      shapeRendering="crispEdges"
      style={{ flex: 'none' }}
    >
      <rect width={modules} height={modules} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
