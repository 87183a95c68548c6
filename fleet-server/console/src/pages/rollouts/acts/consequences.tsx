import { Checkbox, List, Skeleton, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ProblemView } from '../../../parts/page/problem-view.tsx';
import { resultsOf, type RolloutDetails } from '../rollout-of.ts';
import { releaseQuery } from '../rollout-queries.ts';
import { countOf } from '../words.ts';
import type { Act } from './act.ts';
import { awayQuery } from './away.ts';
import { consequencesOf } from './consequences-of.ts';

export interface ConsequencesProps {
  act: Act;
  rollout: RolloutDetails;
  isAcknowledging: boolean;
  onAcknowledge: (isAcknowledging: boolean) => void;
}

/** What follows from an act, counted over the devices of the rollout as they are now. */
export function Consequences({ act, rollout, isAcknowledging, onAcknowledge }: ConsequencesProps) {
  const away = useQuery(awayQuery);
  const release = useQuery(releaseQuery(rollout.line, rollout.version));
  const problem = away.error ?? release.error;
  if (problem !== null) return <ProblemView problem={problem} again={away.refetch} />;
  if (away.data === undefined || release.data === undefined) return <Skeleton height={72} />;
  const sentences = consequencesOf(act, rollout, { ...away.data, predecessor: release.data.predecessor });
  const isAfterFailure = act === 'resume' && rollout.state.stageStatus === 'failed';
  return (
    <Stack gap="sm">
      <List size="sm" spacing={4}>
        {sentences.map((sentence) => (
          <List.Item key={sentence}>{sentence}</List.Item>
        ))}
      </List>
      {isAfterFailure && (
        <Checkbox
          checked={isAcknowledging}
          onChange={(event) => onAcknowledge(event.currentTarget.checked)}
          label="Take note of what is known"
          description={knownSentence(rollout)}
        />
      )}
      {act === 'stop' && (
        <Text size="sm" c="dimmed">
          To take the release away from devices as well, revert instead.
        </Text>
      )}
    </Stack>
  );
}

function knownSentence({ members, decisions }: RolloutDetails): string {
  const failures = members.filter(({ outcome, acknowledgedAt }) => outcome === 'failed' && acknowledgedAt === null);
  const failed = decisions.findLast(({ verdict }) => verdict === 'fail');
  const gates =
    failed === undefined
      ? []
      : resultsOf(failed)
          // Failures are noted device by device, and `proven` never stops anything.
          .filter(({ gate, verdict }) => verdict === 'fail' && gate !== 'failures' && gate !== 'proven')
          .map(({ gate }) => gate);
  return `${countOf(failures.length, 'known failure counts', 'known failures count')} no longer; later ones do.${
    gates.length === 0
      ? ''
      : ` What ${gates.join(' and ')} said does not stop it again unless it gets worse by a quarter.`
  }`;
}
