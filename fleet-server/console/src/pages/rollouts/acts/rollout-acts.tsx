import { Button, Tooltip } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { ApiProblem } from '../../../api/problem.ts';
import { sessionQuery, useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import type { RolloutDetails } from '../rollout-of.ts';
import { ACT_WORDS, actsFor, type Act } from './act.ts';
import { Consequences } from './consequences.tsx';

/** What whoever is signed in may do with the rollout where it stands. */
export function RolloutActs({ rollout }: { rollout: RolloutDetails }) {
  const queries = useQueryClient();
  const { data: session } = useQuery(sessionQuery);
  const may = { 'rollouts:write': useMay('rollouts:write'), 'rollouts:approve': useMay('rollouts:approve') };
  const [asked, setAsked] = useState<Act>();
  const [isAcknowledging, setAcknowledging] = useState(true);
  const acts = actsFor(rollout).filter((act) => may[ACT_WORDS[act].permission]);
  const isAuthor = session?.actor === rollout.author;
  const give = (act: Act) => async (reason: string) => {
    try {
      await answered(
        api.POST('/api/v1/rollouts/{id}/{order}', {
          params: { path: { id: rollout.id, order: act } },
          body: {
            reason: reason === '' ? `${act} in the console` : reason,
            expectedRevision: rollout.revision,
            ...(act === 'resume' && rollout.state.stageStatus === 'failed' && { acknowledge: isAcknowledging }),
          },
        }),
      );
    } catch (error) {
      // Somebody was faster: what the dialogue says is told again from how it now stands.
      if (error instanceof ApiProblem && error.status === 409) {
        await queries.invalidateQueries({ queryKey: ['rollouts', 'one', rollout.id] });
        if (error.code === 'rollout_changed_meanwhile') {
          const { code, status, message } = error;
          throw new ApiProblem(`${message}; it is shown as it stands now: look again before you go on`, {
            code,
            status,
          });
        }
      }
      throw error;
    }
    await queries.invalidateQueries({ queryKey: ['rollouts'] });
  };
  const words = asked === undefined ? undefined : ACT_WORDS[asked];
  return (
    <>
      {acts.map((act) => {
        const { verb, isDangerous } = ACT_WORDS[act];
        const isBarred = act === 'approve' && isAuthor;
        return (
          <Tooltip key={act} label="Another person than the author opens a stage" disabled={!isBarred}>
            <Button
              variant={act === 'start' || act === 'approve' || act === 'proceed' ? 'filled' : 'default'}
              {...(isDangerous === true && { c: 'red' })}
              disabled={isBarred}
              onClick={() => setAsked(act)}
            >
              {verb}
            </Button>
          </Tooltip>
        );
      })}
      {asked !== undefined && words !== undefined && (
        <Confirm
          opened
          onClose={() => setAsked(undefined)}
          title={words.question}
          consequences={
            <Consequences
              act={asked}
              rollout={rollout}
              isAcknowledging={isAcknowledging}
              onAcknowledge={setAcknowledging}
            />
          }
          verb={words.verb}
          isDangerous={words.isDangerous === true}
          needsReason={words.needsReason}
          act={give(asked)}
        />
      )}
    </>
  );
}
