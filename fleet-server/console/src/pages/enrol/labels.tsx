import { createPortal } from 'react-dom';
import styles from './labels.css?inline';
import { Qr } from './qr.tsx';
import type { MadeToken } from './token-of.ts';

/** What a printer makes of this page: a label for each device, and nothing else. */
export function Labels({ tokens }: { tokens: readonly MadeToken[] }) {
  return createPortal(
    <div className="labels" aria-hidden>
      <style>{styles}</style>
      {tokens.map(({ site, device, profile, tags, approval, code, expiresAt }) => (
        <article key={device}>
          <section>
            <Qr text={code} label={`code of ${device}`} size="44mm" />
            <div>
              <b>{device}</b>
              <p>{site}</p>
              <p>good once, until {new Date(expiresAt).toISOString().slice(0, 16).replace('T', ' ')} UTC</p>
              {profile !== undefined && <p>{profile}</p>}
              {tags.length > 0 && <p>{tags.join(' ')}</p>}
              {approval === 'required' && <p>compare the fingerprint with the office</p>}
            </div>
          </section>
          <code>{code}</code>
        </article>
      ))}
    </div>,
    document.body,
  );
}
