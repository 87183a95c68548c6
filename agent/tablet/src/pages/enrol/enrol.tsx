import { useEffect, useState } from 'preact/hooks';
import { useSite } from '../../app/site.tsx';
import { Glyph } from '../../parts/glyph.tsx';
import { Notice } from '../../parts/notice.tsx';
import { CodeForm } from './code-form.tsx';
import { Scan } from './scan.tsx';
import { useEnrolment } from './use-enrolment.ts';
import { useWhyNot } from './use-why-not.ts';

/** The first page of a tablet, and the last one of a tablet that was thrown out: code in, site log out. */
export function Enrol({ given }: { given: string }) {
  const { words, phase } = useSite();
  const { enrol } = words;
  const { state, start } = useEnrolment();
  const [isScanning, setScanning] = useState(false);
  const whyNot = useWhyNot();
  useEffect(() => {
    // A code works once: it need not stand in the address for whoever looks over a shoulder.
    if (given !== '') history.replaceState(null, '', '#/');
  }, []);
  const because = phase.phase === 'not-enrolled' ? phase.because : undefined;
  return (
    <main class="enrol">
      <Glyph name="plumb" />
      <h1>{enrol.title}</h1>
      {because === 'storage_lost' && <Notice kind="bad">{enrol.lost}</Notice>}
      {because === 'retired' && <Notice>{enrol.retired}</Notice>}
      {whyNot.length > 0 ? (
        <Notice kind="bad" title={enrol.cannot}>
          {whyNot.map((sentence) => (
            <p key={sentence}>{sentence}</p>
          ))}
        </Notice>
      ) : state.step === 'pending' ? (
        <Notice title={enrol.pending}>
          <p class="fingerprint">{state.fingerprint}</p>
          <p>{enrol.pendingExplain}</p>
        </Notice>
      ) : (
        <>
          <p class="lead">{enrol.lead}</p>
          {state.step === 'failed' && <Notice kind="bad">{state.says}</Notice>}
          {isScanning ? (
            <Scan
              onCode={(code) => {
                setScanning(false);
                void start(code);
              }}
              onStop={() => setScanning(false)}
            />
          ) : (
            <button
              type="button"
              class="button big"
              disabled={state.step === 'asking'}
              onClick={() => setScanning(true)}
            >
              <Glyph name="camera" />
              {enrol.scan}
            </button>
          )}
          <CodeForm given={given} isBusy={state.step === 'asking'} onCode={(code) => void start(code)} />
        </>
      )}
    </main>
  );
}
