import { Box } from '@mantine/core';
import { useId } from 'react';
import type { StepAttempt } from '../queries.ts';
import { layOut, type GraphNode, type Step } from './graph-layout.ts';
import { SIGNS, type StepState } from './words.ts';

const BOX = { width: 156, height: 58 };
const GAP = { x: 38, y: 18 };
const STROKES: Record<StepState, string> = {
  pending: 'light-dark(#9aa5b1, #6b7682)',
  running: 'light-dark(#2f6399, #6797c6)',
  waiting: 'light-dark(#b07d00, #e0b040)',
  succeeded: 'light-dark(#0b7d65, #38b89a)',
  cached: 'light-dark(#0b7d65, #38b89a)',
  skipped: 'light-dark(#9aa5b1, #6b7682)',
  failed: 'light-dark(#c92a2a, #ff8787)',
  interrupted: 'light-dark(#c05b00, #ffa94d)',
  cancelled: 'light-dark(#9aa5b1, #6b7682)',
};

/** Steps as boxes from left to right, each with its state as a sign and a word. The table below says the same. */
export function PipelineGraph({
  steps,
  attempts,
  chosen,
  onChoose,
}: {
  steps: readonly Step[];
  attempts?: readonly StepAttempt[];
  chosen?: string | undefined;
  onChoose?: (step: string) => void;
}) {
  const arrow = useId();
  const nodes = layOut(steps, attempts ?? []);
  const isRun = attempts !== undefined;
  const columns = Math.max(0, ...nodes.map(({ level }) => level)) + 1;
  const rows = Math.max(0, ...nodes.map(({ row }) => row)) + 1;
  const [width, height] = [columns * (BOX.width + GAP.x) - GAP.x + 4, rows * (BOX.height + GAP.y) - GAP.y + 4];
  const label = nodes
    .map(
      ({ name, state, after }) =>
        `${name}${isRun ? ` ${state}` : ''}${after.length === 0 ? '' : ` after ${after.join(' and ')}`}`,
    )
    .join('; ');
  return (
    <Box style={{ overflowX: 'auto' }} tabIndex={0} role="region" aria-label="Steps as a graph">
      <svg
        width={width}
        height={height}
        viewBox={`-2 -2 ${width} ${height}`}
        {...(onChoose === undefined ? { role: 'img', 'aria-label': label } : { role: 'group', 'aria-label': label })}
      >
        <defs>
          <marker id={arrow} viewBox="0 0 8 8" refX={8} refY={4} markerWidth={7} markerHeight={7} orient="auto">
            <path d="M0 0 L8 4 L0 8 z" fill="currentColor" opacity={0.6} />
          </marker>
        </defs>
        {nodes.flatMap((node) =>
          node.after.map((name) => {
            const from = nodes.find((one) => one.name === name);
            return from === undefined ? null : (
              <path
                key={`${name} ${node.name}`}
                d={edge(from, node)}
                fill="none"
                stroke="currentColor"
                opacity={0.6}
                markerEnd={`url(#${arrow})`}
              />
            );
          }),
        )}
        {nodes.map((node) => (
          <StepBox key={node.name} node={node} isRun={isRun} isChosen={node.name === chosen} onChoose={onChoose} />
        ))}
      </svg>
    </Box>
  );
}

function placeOf({ level, row }: GraphNode): { x: number; y: number } {
  return { x: level * (BOX.width + GAP.x), y: row * (BOX.height + GAP.y) };
}

function edge(from: GraphNode, to: GraphNode): string {
  const [a, b] = [placeOf(from), placeOf(to)];
  const [x1, y1, x2, y2] = [a.x + BOX.width, a.y + BOX.height / 2, b.x, b.y + BOX.height / 2];
  const [turn, bend] = [x2 - GAP.x, GAP.x / 2];
  // Along its own row first, so that it does not cross the boxes of another.
  return `M${x1} ${y1} L${turn} ${y1} C${turn + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
}

function StepBox({
  node,
  isRun,
  isChosen,
  onChoose,
}: {
  node: GraphNode;
  isRun: boolean;
  isChosen: boolean;
  onChoose: ((step: string) => void) | undefined;
}) {
  const { name, uses, state, says, attempt } = node;
  const { x, y } = placeOf(node);
  const choose = () => onChoose?.(name);
  const more = attempt > 1 ? `, attempt ${attempt}` : '';
  return (
    <g
      transform={`translate(${x} ${y})`}
      {...(onChoose === undefined
        ? {}
        : {
            role: 'button',
            tabIndex: 0,
            'aria-pressed': isChosen,
            'aria-label': `${name}: ${state}${more}. Show its log`,
            style: { cursor: 'pointer' },
            onClick: choose,
            onKeyDown: (event: { key: string; preventDefault: () => void }) => {
              if (event.key !== 'Enter' && event.key !== ' ') return;
              event.preventDefault();
              choose();
            },
          })}
    >
      <title>{`${name} (${uses})${isRun ? `: ${state}` : ''}${says === '' ? '' : `, ${says}`}`}</title>
      <rect
        width={BOX.width}
        height={BOX.height}
        rx={8}
        strokeWidth={isChosen ? 3 : 1.5}
        strokeDasharray={isRun && (state === 'pending' || state === 'skipped') ? '5 4' : undefined}
        style={{ stroke: STROKES[state], fill: 'var(--mantine-color-body)' }}
      />
      <text x={12} y={24} fontSize={14} fontWeight={600} fill="currentColor">
        {cut(name, 17)}
      </text>
      <text x={12} y={44} fontSize={12} style={{ fill: STROKES[state] }}>
        {isRun ? `${SIGNS[state]} ${state}${more}` : uses}
      </text>
    </g>
  );
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
