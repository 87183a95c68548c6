import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** `PLUMBLINE_URL=http://127.0.0.1:8443 npx vite fleet-server/console` develops against a running server. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    // These know light-dark() themselves; rewritten for older ones it would ask for a colour scheme that is set elsewhere.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    reportCompressedSize: false,
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 1000,
  },
  server: {
    proxy: { '/api': { target: process.env['PLUMBLINE_URL'] ?? 'http://127.0.0.1:8443', secure: false } },
  },
});
