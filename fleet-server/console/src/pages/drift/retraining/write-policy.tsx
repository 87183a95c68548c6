import { Button } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { FilePen } from 'lucide-react';
import { useState } from 'react';
import { answered, api } from '../../../api/client.ts';
import { useMay } from '../../../api/session.ts';
import { DocsLink } from '../../../parts/page/page.tsx';
import { toYaml } from '../../../parts/values/yaml.ts';
import { TextDialog } from '../../../parts/written/text-dialog.tsx';
import type { Written } from '../../../parts/written/written.ts';
import type { RetrainPolicy } from '../queries.ts';

/** To begin with: it says what it finds, and does nothing. What is left out has the usual value. */
const blank = (line: string) => `line: ${line}
dataset: NAME@VERSION
mode: examine
on:
  drift:
    kinds:
      - covariate
      - score
      - label
      - concept
  everyDays: 365
`;

/** The policy of a line as text: a new one, or the one that is there. */
export function WritePolicy({ line, policy }: { line: string; policy: RetrainPolicy | null }) {
  const queries = useQueryClient();
  const mayWrite = useMay('policies:write');
  const [isWriting, setWriting] = useState(false);
  if (!mayWrite) return null;
  const put = async ({ document, revision }: Written) => {
    const params = { query: { expectedRevision: revision ?? 0 } };
    // Also where it is refused: somebody else has written it.
    await answered(api.POST('/api/v1/retraining/policies', { params, body: document ?? {} })).finally(() =>
      queries.invalidateQueries({ queryKey: ['retraining'] }),
    );
  };
  return (
    <>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<FilePen size={14} aria-hidden />}
        onClick={() => setWriting(true)}
      >
        {policy === null ? 'Write a policy' : 'Edit'}
      </Button>
      {isWriting && (
        <TextDialog
          title={`When ${line} is retrained`}
          about={
            <>
              A turn that is under way goes on as it began. <DocsLink page="retraining">What may stand in it</DocsLink>
            </>
          }
          whatOf={(name) => `the policy of ${name}`}
          text={policy === null ? blank(line) : toYaml(policy.spec)}
          check={(text) => answered(api.POST('/api/v1/retraining/policies/check', { body: { text } }))}
          put={put}
          onClose={() => setWriting(false)}
        />
      )}
    </>
  );
}
