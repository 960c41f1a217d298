/** Apollo Sandbox: a page that loads the explorer from Apollo's servers. */
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { type Explorer, OWN_POLICY } from './explorer.js';
import { LOGIN_FLOW, LOGIN_HEADERS } from './login-flow.js';

export function openSandbox(): Explorer {
  const initialState = { document: LOGIN_FLOW, headers: LOGIN_HEADERS, pollForSchemaUpdates: false };
  return {
    landingPage: ApolloServerPluginLandingPageLocalDefault({ embed: { runTelemetry: false, initialState } }),
    // The page brings its own policy in a meta element, with a nonce for its scripts.
    headers: OWN_POLICY,
    serveAssets: () => undefined,
  };
}
