import { useEffect, useState } from 'preact/hooks';

/** Chromium's own; not in the standard, and not in its types. */
interface InstallPrompt extends Event {
  prompt: () => Promise<unknown>;
}

let kept: InstallPrompt | undefined;
const listeners = new Set<() => void>();

/** The browser offers once, early, and maybe before any page asks. */
export function keepInstallPrompt(): void {
  addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    if (!isInstallPrompt(event)) return;
    kept = event;
    for (const listener of listeners) listener();
  });
}

/** Puts the app on the home screen where the browser lets a page ask for it; else undefined. */
export function useInstall(): (() => void) | undefined {
  const [prompt, setPrompt] = useState(kept);
  useEffect(() => {
    const look = () => setPrompt(kept);
    listeners.add(look);
    return () => listeners.delete(look);
  }, []);
  if (prompt === undefined) return undefined;
  return () => {
    kept = undefined;
    setPrompt(undefined);
    void prompt.prompt();
  };
}

function isInstallPrompt(event: Event): event is InstallPrompt {
  return 'prompt' in event;
}
