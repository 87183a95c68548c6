// Before the first paint, so that a dark console does not flash white; the same key as in src/theme.ts.
{
  const kept = localStorage.getItem('plumbline-scheme');
  const isDark = kept === 'dark' || (kept !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', isDark ? 'dark' : 'light');
}
