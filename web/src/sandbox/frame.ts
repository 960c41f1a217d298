/** The frame of Apollo Sandbox. Apollo's scripts run in Apollo's origin there, and can't read anything of this server's origin. */
import { LOGIN_FLOW, LOGIN_HEADERS } from 'latchkey/login-flow';

export const APOLLO = 'https://sandbox.embed.apollographql.com';

/** The version of @apollo/sandbox whose messages `relay.ts` answers. */
const PROTOCOL_VERSION = '2.7.4';

/**
 * No `allow-top-navigation`: the frame must not replace this page by one that imitates a login. Popups are ordinary windows, so that links
 * to Apollo's documents and Apollo's own login work.
 */
const ALLOWED = 'allow-scripts allow-same-origin allow-forms allow-modals allow-downloads allow-popups allow-popups-to-escape-sandbox';

/** @param endpoint, subscriptionEndpoint what Sandbox shows; the relay sends every request to this server anyway */
export function createFrame(endpoint: string, subscriptionEndpoint: string): HTMLIFrameElement {
  const parameters = {
    endpoint,
    subscriptionEndpoint,
    endpointIsEditable: 'false',
    defaultDocument: LOGIN_FLOW,
    defaultHeaders: JSON.stringify(LOGIN_HEADERS),
    defaultIncludeCookies: 'false',
    hideCookieToggle: 'true',
    parentSupportsSubscriptions: 'true',
    sendOperationHeadersInIntrospection: 'true',
    shouldDefaultAutoupdateSchema: 'false',
    runTelemetry: 'false',
    version: PROTOCOL_VERSION,
  };
  const query = Object.entries(parameters).map(([name, value]) => `${name}=${encodeURIComponent(value)}`);
  const frame = document.createElement('iframe');
  frame.title = 'Apollo Sandbox';
  frame.setAttribute('sandbox', ALLOWED);
  frame.allow = 'clipboard-write';
  frame.referrerPolicy = 'no-referrer';
  frame.src = `${APOLLO}/sandbox/explorer?${query.join('&')}`;
  return frame;
}
