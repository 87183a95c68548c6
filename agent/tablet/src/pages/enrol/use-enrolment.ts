import { useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { problemWords, wordsOfCode } from '../../words/problem-words.ts';

type EnrolmentState =
  | { step: 'idle' | 'asking' }
  | { step: 'pending'; fingerprint: string }
  | { step: 'failed'; says: string };

export function useEnrolment(): { state: EnrolmentState; start: (code: string) => Promise<void> } {
  const { agent, words } = useSite();
  const [state, setState] = useState<EnrolmentState>({ step: 'idle' });
  const start = async (code: string) => {
    if (agent === undefined) return setState({ step: 'failed', says: wordsOfCode('not_running', words) });
    setState({ step: 'asking' });
    try {
      await agent.enrol(code, (fingerprint) => setState({ step: 'pending', fingerprint }));
      setState({ step: 'idle' });
      // The browser decides by what somebody just did here; its answer stands on the page of the tablet.
      await agent.askToPersist().catch(() => false);
    } catch (error) {
      setState({ step: 'failed', says: problemWords(error, words) });
    }
  };
  return { state, start };
}
