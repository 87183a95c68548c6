import type { ComponentChildren } from 'preact';
import { Glyph, type GlyphName } from '../parts/glyph.tsx';
import { hrefOf, type Route } from './router.ts';
import { useWords } from './site.tsx';
import { SyncStrip } from './sync-strip.tsx';
import { UpdateBar } from './update-bar.tsx';

const TABS: readonly { page: 'today' | 'ahead' | 'model' | 'tablet'; glyph: GlyphName }[] = [
  { page: 'today', glyph: 'plumb' },
  { page: 'ahead', glyph: 'weeks' },
  { page: 'model', glyph: 'gauge' },
  { page: 'tablet', glyph: 'tablet' },
];

/** State of the sync above, pages below where a thumb reaches. */
export function Shell({ page, children }: { page: Route['page']; children: ComponentChildren }) {
  const { nav } = useWords();
  return (
    <>
      <header class="top">
        <SyncStrip />
        <UpdateBar />
      </header>
      <main class="main">{children}</main>
      <nav class="tabs" aria-label={nav.label}>
        {TABS.map(({ page: own, glyph }) => (
          <a href={hrefOf({ page: own })} key={own} aria-current={isOn(own, page) ? 'page' : undefined}>
            <Glyph name={glyph} />
            {nav[own]}
          </a>
        ))}
      </nav>
    </>
  );
}

function isOn(tab: Route['page'], page: Route['page']): boolean {
  return tab === page || (tab === 'today' && (page === 'activity' || page === 'enrol'));
}
