/** /account: the pages of the console, as the build has left them in dist/web. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

/** The same from `src/http` and from `dist/http`. */
const BUILT = fileURLToPath(new URL('../../dist/web/', import.meta.url));
const PLACE = '/account';

const TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
};

/** Nothing from elsewhere, nothing inline, no text that becomes code, and no page around it. */
export const CONSOLE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  // The WebSocket too: CSP 3, section 6.7.2.8, counts ws: of the same host for 'self'.
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types 'none'",
].join(';');

interface BuiltFile {
  readonly type: string;
  readonly plain: Buffer;
  readonly small: Buffer;
}

/** @returns whether there is a console to serve: the build may have left it out */
export function serveConsole(server: FastifyInstance): boolean {
  const names = listBuilt();
  if (!names.includes('index.html')) return false;
  const files = new Map<string, BuiltFile>();
  // Read when it is first asked for. What was not listed has no route: no path leads out of the folder.
  const fileOf = (name: string): BuiltFile => {
    const type = TYPES[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    const file = files.get(name) ?? { type, plain: readFileSync(join(BUILT, name)), small: readFileSync(join(BUILT, `${name}.br`)) };
    files.set(name, file);
    return file;
  };
  const send = (request: FastifyRequest, reply: FastifyReply, name: string) => {
    const { type, plain, small } = fileOf(name);
    const isSmall = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''));
    if (isSmall) reply.header('content-encoding', 'br');
    return reply
      .header('vary', 'accept-encoding')
      .type(type)
      .send(isSmall ? small : plain);
  };
  const sendPage = async (request: FastifyRequest, reply: FastifyReply) =>
    send(request, reply.header('content-security-policy', CONSOLE_POLICY), 'index.html');

  for (const name of names.filter((each) => each !== 'index.html')) {
    server.get(posix.join(PLACE, name), async (request, reply) =>
      // The name changes with what is in the file.
      send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), name),
    );
  }
  server.get(PLACE, sendPage);
  // Which of its pages it is the script knows.
  for (const path of ['/:page', '/:page/:id']) server.get(PLACE + path, sendPage);
  return true;
}

/** Paths below the folder, with `/`. */
function listBuilt(): string[] {
  try {
    return readdirSync(BUILT, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => Object.keys(TYPES).some((type) => path.endsWith(`.${type}`)));
  } catch {
    return [];
  }
}
