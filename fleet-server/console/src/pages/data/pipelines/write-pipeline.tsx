import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { FilePen } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { DocsLink } from '../../../parts/page/page.tsx';
import { toYaml } from '../../../parts/values/yaml.ts';
import { TextDialog } from '../../../parts/written/text-dialog.tsx';
import type { Written } from '../../../parts/written/written.ts';
import type { PipelineView } from '../queries.ts';
import { SecretShown } from './secret-shown.tsx';

/** To begin with: a search on rows that the run names, up to a version in the registry. */
const BLANK = `kind: Pipeline
name: my-pipeline
spec:
  description: From a dataset to a version.
  parameters:
    dataset:
      type: string
      description: NAME@VERSION
  steps:
    - name: data
      uses: data
      with:
        dataset: \${{ parameters.dataset }}
    - name: search
      uses: search
      with:
        dataset: \${{ data.dataset }}
    - name: evaluate
      uses: evaluate
      with:
        trained: \${{ search.trained }}
    - name: register
      uses: register
      with:
        evaluated: \${{ evaluate.evaluated }}
        line: my-line
`;

/** A pipeline as text: a new one, or one as it stands. */
export function WritePipeline({ pipeline }: { pipeline?: PipelineView }) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const mayWrite = useMay('learning:write');
  const [isWriting, setWriting] = useState(false);
  const [made, setMade] = useState<{ name: string; secret: string }>();
  if (!mayWrite) return null;
  const put = async ({ document, revision }: Written) => {
    const params = { query: { expectedRevision: revision ?? 0 } };
    const asked = answered(api.POST('/api/v1/pipelines', { params, body: document ?? {} }));
    // Also where it is refused: somebody else has written it.
    const { pipeline: kept, secret } = await asked.finally(() =>
      queries.invalidateQueries({ queryKey: ['pipelines'] }),
    );
    if (secret === undefined) await navigate({ to: '/data/pipelines/$name', params: { name: kept.name } });
    else setMade({ name: kept.name, secret });
  };
  return (
    <>
      <Button
        size="xs"
        variant="default"
        leftSection={<FilePen size={14} aria-hidden />}
        onClick={() => setWriting(true)}
      >
        {pipeline === undefined ? 'Write a pipeline' : 'Edit'}
      </Button>
      {isWriting && (
        <TextDialog
          title={pipeline === undefined ? 'A new pipeline' : `Pipeline ${pipeline.name}`}
          about={
            <>
              Runs that are under way go on as they began. <DocsLink page="pipelines">What may stand in it</DocsLink>
            </>
          }
          whatOf={(name) => `the pipeline ${name}`}
          text={pipeline === undefined ? BLANK : toYaml({ kind: 'Pipeline', name: pipeline.name, spec: pipeline.spec })}
          check={(text) => answered(api.POST('/api/v1/pipelines/check', { body: { text } }))}
          put={put}
          onClose={() => setWriting(false)}
        />
      )}
      {made !== undefined && (
        <SecretShown
          secret={made.secret}
          onClose={() => {
            setMade(undefined);
            void navigate({ to: '/data/pipelines/$name', params: { name: made.name } });
          }}
        />
      )}
    </>
  );
}
