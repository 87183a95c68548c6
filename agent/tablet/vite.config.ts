import { defineConfig } from 'vite';

/** Paths stand relative to the page: the folder works at the root of a host and below it. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  envDir: false,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // These know light-dark() themselves; rewritten for older ones it would ask for a colour scheme that is set elsewhere.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // A picture within a script is no file of the list by which a build is judged.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
    // Most of the time goes into bundling the worker, which is no news.
    rolldownOptions: { checks: { pluginTimings: false } },
  },
  worker: { format: 'es' },
});
