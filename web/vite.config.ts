/** Builds the pages, one kind per run (`--mode console`, `explorer` or `sandbox`), with a content hash in each file name. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Each `base` must be the path in `src/http/console.ts`, `graphiql.ts` or `sandbox.ts`, where the server serves the files. */
const KINDS: Readonly<Record<string, { page: string; base: string }>> = {
  console: { page: './index.html', base: '/account/' },
  explorer: { page: './explorer.html', base: '/graphiql/' },
  sandbox: { page: './sandbox.html', base: '/graphiql/sandbox/' },
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
      // Never inline an asset: the content security policy of the page allows no inline script, style or font.
      assetsInlineLimit: 0,
      modulePreload: { polyfill: false },
      // GraphiQL is larger than the default limit, which would print a warning at each build.
      chunkSizeWarningLimit: 1_200,
      rolldownOptions: {
        input: here(kind.page),
        // Silences warnings about "use client": some packages mark their browser modules so, and here every module is one.
        checks: { moduleLevelDirective: false },
      },
    },
  };
});
