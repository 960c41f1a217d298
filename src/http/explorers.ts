/** Chooses the explorer by the setting EXPLORER. */
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { Config } from '../config/config.js';
import type { Log } from '../lib/log.js';
import { type Explorer, OWN_POLICY } from './explorer.js';
import { openGraphiql } from './graphiql.js';
import { openSandbox } from './sandbox.js';

/** No explorer of Latchkey. A plugin of an application may still bring its own page. */
const NONE: Explorer = {
  landingPage: ApolloServerPluginLandingPageDisabled(),
  headers: OWN_POLICY,
  serveAssets: () => undefined,
};

export function openExplorer({ explorer }: Pick<Config, 'explorer'>, log: Log): Explorer {
  if (explorer === 'sandbox') return openSandbox();
  const graphiql = explorer === 'graphiql' ? openGraphiql() : null;
  if (explorer === 'graphiql' && graphiql === null) log.warn('GraphiQL was not built and is not served');
  return graphiql ?? NONE;
}
