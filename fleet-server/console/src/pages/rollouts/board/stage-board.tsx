import { Box } from '@mantine/core';
import { foundAtFirst, selectedWhenOpened, type RolloutDetails } from '../rollout-of.ts';
import { outcomeOf, OUTCOMES, stageStatusOf, type Outcome } from '../words.ts';
import { StageColumn } from './stage-column.tsx';

/** A column for each stage, in their order: where the rollout came from, stands, and would go. */
export function StageBoard({ rollout, now }: { rollout: RolloutDetails; now: number }) {
  const { plan, state, decisions } = rollout;
  const first = foundAtFirst(decisions);
  const counts = countByStage(rollout);
  return (
    <Box
      component="ol"
      aria-label="Stages"
      m={0}
      p={0}
      style={{
        listStyle: 'none',
        display: 'grid',
        gap: 'var(--mantine-spacing-md)',
        gridTemplateColumns: 'repeat(auto-fill, minmax(230px, 1fr))',
      }}
    >
      {plan.stages.map((stage, index) => (
        <StageColumn
          key={stage.name}
          stage={stage}
          index={index}
          state={state}
          status={stageStatusOf(state, index)}
          counts={counts.get(index)}
          selected={selectedWhenOpened(decisions, index) ?? first[index]?.selected}
          foreseen={first[index]?.adds}
          now={now}
        />
      ))}
    </Box>
  );
}

export type StageCounts = Record<Outcome, number>;

function countByStage({ members }: RolloutDetails): Map<number, StageCounts> {
  const stages = new Map<number, StageCounts>();
  for (const member of members) {
    const counts =
      stages.get(member.stage) ?? (Object.fromEntries(OUTCOMES.map((one) => [one, 0])) as Record<Outcome, number>);
    counts[outcomeOf(member)] += 1;
    stages.set(member.stage, counts);
  }
  return stages;
}
