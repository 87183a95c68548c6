import { createTheme, localStorageColorSchemeManager, type MantineColorsTuple } from '@mantine/core';

/** Steel blue of a spirit level: links, the selected page, what can be done. */
const steel: MantineColorsTuple = [
  '#eef4fa',
  '#dbe6f1',
  '#b4cbe2',
  '#8aafd3',
  '#6797c6',
  '#5188bf',
  '#4580bc',
  '#2f6399',
  '#2a5f96',
  '#1a5085',
];

export const theme = createTheme({
  primaryColor: 'steel',
  primaryShade: { light: 8, dark: 7 },
  colors: { steel },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", "JetBrains Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  defaultRadius: 'md',
  cursorType: 'pointer',
  components: { Notification: { defaultProps: { closeButtonProps: { 'aria-label': 'Close' } } } },
  headings: {
    fontWeight: '600',
    sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.15rem' }, h3: { fontSize: '1rem' } },
  },
});

/** The same key as in public/scheme.js, which reads it before the first paint. */
export const scheme = localStorageColorSchemeManager({ key: 'plumbline-scheme' });
