import { useEffect, useState } from 'preact/hooks';
import { followUpdates, takeUpdate } from '../offline/updates.ts';
import { useWords } from './site.tsx';

/** Offered, never taken by itself: a sheet that is open covers this, so nobody is cut off in the middle of an entry. */
export function UpdateBar() {
  const { update } = useWords();
  const [state, setState] = useState<'none' | 'ready' | 'failed'>('none');
  useEffect(() => followUpdates(setState), []);
  if (state === 'none') return null;
  return (
    <div class="update" role="status">
      <span>{state === 'ready' ? update.ready : update.failed}</span>
      {state === 'ready' && (
        <button type="button" class="button small" onClick={() => void takeUpdate()}>
          {update.take}
        </button>
      )}
    </div>
  );
}
