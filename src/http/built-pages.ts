/** Serves the pages that the build puts into dist/web, with their scripts and styles. Each file has a Brotli copy beside it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** This relative path works from `src/http` and from `dist/http`. */
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url));

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

export interface BuiltPages {
  readonly readPage: () => string;
  /** Serves all other files below a path. Clients may cache them for ever, since a file's name changes with its contents. */
  readonly serveAssets: (server: FastifyInstance, path: string) => void;
}

/**
 * Finds the pages in a folder of dist/web. Each file is read at its first request and then kept in memory.
 *
 * @param page the name of its HTML file
 * @returns null if the build did not include them
 */
export function findBuiltPages(folder: string, page: string): BuiltPages | null {
  const names = listFiles(join(BUILT, folder));
  if (!names.includes(page)) return null;
  const contents = new Map<string, Buffer>();
  const read = (name: string): Buffer => {
    const content = contents.get(name) ?? readFileSync(join(BUILT, folder, name));
    contents.set(name, content);
    return content;
  };
  const send = (request: FastifyRequest, reply: FastifyReply, name: string) => {
    const isSmall = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (isSmall) reply.header('content-encoding', 'br');
    return reply
      .header('vary', 'accept-encoding')
      .type(typeOf(name) ?? '')
      .send(read(isSmall ? `${name}.br` : name));
  };
  return {
    readPage: () => read(page).toString(),
    serveAssets(server, path) {
      // Only listed files get a route, so no requested path can lead out of the folder.
      for (const name of names.filter((each) => each !== page)) {
        server.get(posix.join(path, name), async (request, reply) =>
          send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), name),
        );
      }
    },
  };
}

const typeOf = (name: string) => TYPES[name.split('.').at(-1) ?? ''];

/** Paths relative to the folder, with `/` on every system. */
function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => typeOf(path) !== undefined);
  } catch {
    return [];
  }
}
