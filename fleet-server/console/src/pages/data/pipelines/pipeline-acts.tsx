import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import type { PipelineView } from '../queries.ts';
import { Secret } from './secret.tsx';
import { RunNow } from './run-now.tsx';
import { WritePipeline } from './write-pipeline.tsx';

/** What a person may tell a pipeline. */
export function PipelineActs({ pipeline }: { pipeline: PipelineView }) {
  const queries = useQueryClient();
  const mayWrite = useMay('learning:write');
  const [isAsking, setAsking] = useState(false);
  if (!mayWrite) return null;
  const isActive = pipeline.state === 'active';
  const order = isActive ? 'pause' : 'resume';
  const act = async () => {
    const path = { name: pipeline.name, order } as const;
    await answered(api.POST('/api/v1/pipelines/{name}/{order}', { params: { path } }));
    await queries.invalidateQueries({ queryKey: ['pipelines'] });
  };
  return (
    <>
      <RunNow pipeline={pipeline} />
      <Button size="xs" variant="default" onClick={() => setAsking(true)}>
        {isActive ? 'Pause' : 'Resume'}
      </Button>
      <WritePipeline pipeline={pipeline} />
      {pipeline.hasSecret && <Secret name={pipeline.name} />}
      <Confirm
        opened={isAsking}
        onClose={() => setAsking(false)}
        title={`${isActive ? 'Pause' : 'Resume'} ${pipeline.name}?`}
        consequences={
          isActive
            ? 'Nothing starts it by itself until somebody resumes it. A run that is under way goes on.'
            : 'It starts again by the clock and on what it names. What it missed meanwhile is not made up for.'
        }
        verb={isActive ? 'Pause' : 'Resume'}
        act={act}
      />
    </>
  );
}
