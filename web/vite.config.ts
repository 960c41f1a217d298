/** How the pages are built, each kind by itself (`--mode console`, `--mode explorer`): a page, scripts and a style, with names that change with what is in them. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Where the server puts them, as `src/http/console.ts` and `src/http/graphiql.ts` know it. */
const KINDS: Readonly<Record<string, { page: string; base: string }>> = {
  console: { page: './index.html', base: '/account/' },
  explorer: { page: './explorer.html', base: '/graphiql/' },
};

export default defineConfig(({ mode }) => {
  const kind = KINDS[mode];
  if (!kind) throw new Error(`--mode ${Object.keys(KINDS).join(' or ')}`);
  return {
    root: here('.'),
    base: kind.base,
    resolve: {
      alias: [
        { find: /^latchkey\/client$/, replacement: here('../src/client/auth-client.ts') },
        { find: /^latchkey\/client\/(.+)$/, replacement: here('../src/client/$1.ts') },
        { find: /^latchkey\/login-flow$/, replacement: here('../src/http/login-flow.ts') },
      ],
    },
    build: {
      outDir: here(`../dist/web/${mode}`),
      emptyOutDir: true,
      // Nothing may stand in the page itself: its policy allows no inline script, style or font.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // GraphiQL is larger than what Vite warns of, and says so at each build.
      chunkSizeWarningLimit: 1_200,
      rolldownOptions: {
        input: here(kind.page),
        // Packages for servers and browsers mark what is for browsers; here everything is.
        checks: { moduleLevelDirective: false },
      },
    },
  };
});
