import { useRef, useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { problemWords, wordsOfCode } from '../../words/problem-words.ts';
import type { EntryInput } from '../../worker/types.ts';

type Without<Input, Key extends PropertyKey> = Input extends EntryInput ? Omit<Input, Key> : never;
/** What a sheet knows of an entry; who, and under which reference, is added here. */
export type UnsignedEntry = Without<EntryInput, 'actor' | 'ref'>;

interface Recorder {
  isBusy: boolean;
  problem: string | undefined;
  /** Writes all of them, one after the other. @returns true when all survive a power cut */
  record: (...entries: UnsignedEntry[]) => Promise<boolean>;
}

/** One form's way to the log. Tapped twice, or again after a failure, it writes each entry once: the reference stays. */
export function useRecorder(): Recorder {
  const { agent, person, words, kept } = useSite();
  const reference = useRef(crypto.randomUUID());
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const record: Recorder['record'] = async (...entries) => {
    const actor = person.trim();
    if (actor === '') return refuse(words.record.whoMissing);
    if (agent === undefined) return refuse(wordsOfCode('not_running', words));
    setBusy(true);
    setProblem(undefined);
    try {
      for (const [i, entry] of entries.entries()) {
        const content = JSON.stringify({ ...entry, photo: undefined });
        const ref = `${reference.current}-${i}-${await digestOf(content)}`;
        await agent.record({ ...entry, actor, ref });
      }
      await kept();
      return true;
    } catch (error) {
      return refuse(problemWords(error, words));
    } finally {
      setBusy(false);
    }
  };
  const refuse = (says: string): false => {
    setProblem(says);
    return false;
  };
  return { isBusy, problem, record };
}

const DIGEST_LETTERS = 16;

/** What was corrected after a failure is another entry, and has another reference. */
async function digestOf(content: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(content));
  const letters = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0'));
  return letters.join('').slice(0, DIGEST_LETTERS);
}
