import type { ComponentChildren } from 'preact';
import { Glyph } from './glyph.tsx';

interface NoticeProps {
  kind?: 'bad' | 'plain' | 'good';
  title?: string;
  children?: ComponentChildren;
}

/** Something a person should read before going on; bad news is spoken at once. */
export function Notice({ kind = 'plain', title, children }: NoticeProps) {
  return (
    <div class="notice" data-kind={kind} role={kind === 'bad' ? 'alert' : 'status'}>
      <Glyph name={kind === 'good' ? 'check' : 'warn'} />
      <div>
        {title !== undefined && <b>{title}</b>}
        {children}
      </div>
    </div>
  );
}
