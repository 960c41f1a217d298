/** Chooses the explorer by the setting EXPLORER. */
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import type { Explorer } from './explorer.js';
import { openGraphiql } from './graphiql.js';
import { openSandbox } from './sandbox.js';

/** No explorer of Latchkey. A plugin of an application may still bring its own page, which brings its own policy. */
const NONE: Explorer = {
  landingPage: ApolloServerPluginLandingPageDisabled(),
  headers: { 'content-security-policy': "frame-ancestors 'none'", 'cross-origin-opener-policy': 'same-origin-allow-popups' },
  serveFiles: () => undefined,
};

export function openExplorer({ explorer }: Pick<Config, 'explorer'>, log: Log): Explorer {
  if (explorer === 'off') return NONE;
  const sandbox = openSandbox();
  const first = explorer === 'sandbox' ? sandbox : openGraphiql();
  if (first === null || sandbox === null) {
    log.warn('the explorer was not built and is not served');
    return NONE;
  }
  return first === sandbox ? sandbox : withLinked(first, sandbox);
}

/** GraphiQL links to the page of Sandbox. */
function withLinked(first: Explorer, linked: Explorer): Explorer {
  const serveFiles = (server: FastifyInstance) => {
    first.serveFiles(server);
    linked.serveFiles(server);
  };
  return { ...first, serveFiles };
}
