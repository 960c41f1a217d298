/** How the console is built: a page, one script, one style, with names that change with what is in them. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('.'),
  base: '/account/',
  resolve: {
    alias: [
      { find: /^latchkey\/client$/, replacement: here('../src/client/auth-client.ts') },
      { find: /^latchkey\/client\/(.+)$/, replacement: here('../src/client/$1.ts') },
    ],
  },
  build: {
    outDir: here('../dist/web'),
    emptyOutDir: true,
    // Nothing may stand in the page itself: its policy allows no inline script, style or font.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
