import { useEffect, useRef, useState } from 'preact/hooks';
import { useWords } from '../../app/site.tsx';
import { Notice } from '../../parts/notice.tsx';
import { readCode } from './read-code.ts';

const LOOK_EVERY_MS = 200;

/** The camera, until it sees a code. Its picture stays on this tablet. */
export function Scan({ onCode, onStop }: { onCode: (code: string) => void; onStop: () => void }) {
  const { enrol } = useWords();
  const video = useRef<HTMLVideoElement>(null);
  const [isRefused, setRefused] = useState(false);
  useEffect(() => {
    const watching = new AbortController();
    if (video.current !== null) watch(video.current, watching.signal, onCode).catch(() => setRefused(true));
    return () => watching.abort();
  }, []);
  if (isRefused) return <Notice kind="bad">{enrol.cameraRefused}</Notice>;
  return (
    <div class="scan">
      <video ref={video} muted playsInline aria-label={enrol.aim} />
      <p>{enrol.aim}</p>
      <button type="button" class="button" onClick={onStop}>
        {enrol.stop}
      </button>
    </div>
  );
}

async function watch(video: HTMLVideoElement, signal: AbortSignal, onCode: (code: string) => void): Promise<void> {
  const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } });
  const stop = () => stream.getTracks().forEach((track) => track.stop());
  if (signal.aborted) return stop();
  signal.addEventListener('abort', stop);
  video.srcObject = stream;
  await video.play();
  const { readQr } = await import('./read-qr.ts');
  while (!signal.aborted) {
    const text = await createImageBitmap(video).then(readQr, () => undefined);
    const code = text === undefined ? undefined : readCode(text);
    if (code !== undefined && !signal.aborted) return onCode(code);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
