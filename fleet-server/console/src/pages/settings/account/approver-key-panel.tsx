import { Button } from '@mantine/core';
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { findBrowserKey, giveUpBrowserKey } from '../../../approving/approver-key.ts';
import { Confirm } from '../../../parts/dialogs/confirm.tsx';
import { EmptyState } from '../../../parts/page/empty-state.tsx';
import { Loaded } from '../../../parts/page/loaded.tsx';
import { DocsLink } from '../../../parts/page/page.tsx';
import { Section } from '../../../parts/page/section.tsx';
import { ApproverKeyDialog } from './approver-key-dialog.tsx';
import { ApproverKeyFacts } from './approver-key-facts.tsx';

const keyQuery = ['approver-key'];

/** The key by which one approves releases: made here, and nowhere else. */
export function ApproverKeyPanel({ me }: { me: string }) {
  const queries = useQueryClient();
  const asked = useQuery({
    queryKey: [...keyQuery, me],
    queryFn: async () => (await findBrowserKey(me)) ?? null,
    refetchInterval: false,
  });
  const [isMaking, setMaking] = useState(false);
  const [isLeaving, setLeaving] = useState(false);
  const again = () => queries.invalidateQueries({ queryKey: keyQuery });
  return (
    <Section
      title="Approver key"
      about={
        <>
          Your signature under a release, beside the builder’s. The key is made in this browser and no script can read
          it; whoever uses this browser as you can sign with it. <DocsLink page="keys" />
        </>
      }
      actions={
        asked.data === null ? (
          <Button variant="light" leftSection={<Plus size={15} aria-hidden />} onClick={() => setMaking(true)}>
            Make a key
          </Button>
        ) : (
          asked.data !== undefined && (
            <Button variant="default" onClick={() => setLeaving(true)}>
              Give it up
            </Button>
          )
        )
      }
    >
      <Loaded asked={asked} heightPx={120}>
        {(key) =>
          key === null ? (
            <EmptyState icon={KeyRound} title="No key in this browser">
              Make one on the machine that you approve from. Until the offline keys name it for a line, it approves
              nothing.
            </EmptyState>
          ) : (
            <ApproverKeyFacts me={me} held={key} />
          )
        }
      </Loaded>
      {isMaking && <ApproverKeyDialog me={me} onMade={again} onClose={() => setMaking(false)} />}
      {isLeaving && asked.data && (
        <Confirm
          opened
          onClose={() => setLeaving(false)}
          title="Give this key up?"
          consequences={
            <>
              It is gone from this browser for good; nobody has a copy. What it signed stays in force. Until{' '}
              <code>plumbline keys revoke</code> is run with the offline keys, devices go on accepting its signature.
            </>
          }
          verb="Give it up"
          isDangerous
          act={async () => {
            await giveUpBrowserKey(me, asked.data?.keyId ?? '');
            await again();
          }}
        />
      )}
    </Section>
  );
}
