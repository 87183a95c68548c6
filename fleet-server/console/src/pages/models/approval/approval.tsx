import { Alert, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { examineDraft } from '../../../approving/examine-draft.ts';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { Page } from '../../../parts/page/page.tsx';
import { Bundles } from './bundles.tsx';
import { SaidByTheBytes } from './said-by-the-bytes.tsx';
import { SignIt } from './sign-it.tsx';

const route = getRouteApi('/approvals/$line/$document');

/** One draft of line metadata: what its bytes say, and one's signature under them. */
export function ApprovalPage() {
  const { line, document } = route.useParams();
  const [signed, setSigned] = useState<string>();
  const asked = useQuery({
    queryKey: ['approval', line, document],
    queryFn: () => examineDraft(line, document),
    // What is signed is what was looked at: it does not change under the eyes of whoever reads.
    refetchInterval: false,
    refetchOnWindowFocus: false,
    staleTime: Infinity,
    retry: false,
    enabled: signed === undefined,
  });
  return (
    <Page
      title={`Approve ${line}, draft ${document}`}
      about="Read from the bytes that are signed, the bundles they name and the keys this browser knows; not from what the server says of them."
      docs="keys"
    >
      {signed !== undefined ? (
        <Alert color="teal" icon={<CircleCheck aria-hidden />} title={`${signed} is approved`} role="status">
          Devices accept it from now on. None runs it yet: a rollout or a standing release brings it to them.
        </Alert>
      ) : (
        <Loaded asked={asked} heightPx={320}>
          {(examined) => (
            <Stack>
              <SaidByTheBytes examined={examined} />
              <Bundles examined={examined} />
              <SignIt examined={examined} onSigned={setSigned} />
            </Stack>
          )}
        </Loaded>
      )}
    </Page>
  );
}
