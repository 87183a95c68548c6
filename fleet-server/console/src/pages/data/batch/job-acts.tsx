import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { counted } from '../../../parts/values/figures.ts';
import type { BatchJob } from '../queries.ts';
import { sourceName } from './source-name.ts';

type Act = 'run' | 'pause' | 'resume' | 'delete';
const WORDS: Record<Act, string> = { run: 'Run now', pause: 'Pause', resume: 'Resume', delete: 'Delete' };

/** What a person may tell a job. */
export function JobActs({ job, runs }: { job: BatchJob; runs: number }) {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: '/data' });
  const mayWrite = useMay('learning:write');
  const [act, setAct] = useState<Act>();
  if (!mayWrite) return null;
  const { id, state, cron } = job;
  const may: Act[] = [
    'run',
    ...(cron === undefined ? [] : [state === 'paused' ? ('resume' as const) : ('pause' as const)]),
    'delete',
  ];
  const go = async () => {
    if (act === 'delete') {
      await answered(api.DELETE('/api/v1/batch/{id}', { params: { path: { id } } }));
      await navigate({ search: { tab: 'batch' } });
    } else if (act !== undefined) {
      await answered(api.POST('/api/v1/batch/{id}/{order}', { params: { path: { id, order: act } } }));
    }
    await queries.invalidateQueries({ queryKey: ['batch'] });
  };
  const consequences: Record<Act, string> = {
    run: `Scores ${sourceName(job.source)} with ${job.model} at the next look of the server.`,
    pause: 'It runs no more by the clock until somebody resumes it.',
    resume: 'It runs by the clock again.',
    delete: `The job and ${counted(runs, 'run')} with their results are gone.`,
  };
  return (
    <>
      {may.map((one) => (
        <Button key={one} size="compact-sm" variant={one === 'run' ? 'filled' : 'default'} onClick={() => setAct(one)}>
          {WORDS[one]}
        </Button>
      ))}
      <Confirm
        opened={act !== undefined}
        onClose={() => setAct(undefined)}
        title={act === undefined ? id : `${WORDS[act]}: ${id}?`}
        consequences={act === undefined ? '' : consequences[act]}
        verb={act === undefined ? '' : WORDS[act]}
        isDangerous={act === 'delete'}
        act={go}
      />
    </>
  );
}
