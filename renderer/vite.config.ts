import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The same pages serve the desktop window and the browser host, so every address in them is relative. */
export default defineConfig({
  root: here,
  base: './',
  plugins: [react()],
  build: {
    outDir: '../out/renderer',
    emptyOutDir: true,
    chunkSizeWarningLimit: 3000,
    // The packages that the pages hold, for the notices (.config/notices).
    license: { fileName: 'licences.json' },
  },
});
