/** The entry of the Sandbox page: shows Apollo Sandbox in a frame of Apollo's origin, and sends the requests for it. */
import { createClient } from 'graphql-ws';
import { APOLLO, createFrame } from './frame.js';
import { relay } from './relay.js';
import { sendWithoutCookie } from './requests.js';

const API = new URL('/graphql', location.href);
const SUBSCRIPTIONS = API.href.replace(/^http/, 'ws');

const LOADED =
  'This frame is a page of Apollo. It sees what you type into it, tokens and passwords included, and no cookie of this server.';

const place = document.getElementById('sandbox');
const state = document.getElementById('state');

// With EXPLORER=sandbox this page itself is at /graphql.
if (location.pathname === API.pathname) document.querySelector('header a')?.remove();

if (place && state) {
  const frame = createFrame(API.href, SUBSCRIPTIONS);
  const handle = relay({
    post: (message) => frame.contentWindow?.postMessage(message, APOLLO),
    send: (body, headers) => sendWithoutCookie(API, body, headers),
    openSocket: (connectionParams) => createClient({ url: SUBSCRIPTIONS, connectionParams, retryAttempts: 0 }),
    onConnected: () => {
      state.textContent = LOADED;
    },
  });
  addEventListener('message', ({ origin, source, data }) => {
    // Any page that has a reference to this window can send it messages, so both must match.
    if (origin === APOLLO && source === frame.contentWindow) handle(data);
  });
  place.append(frame);
}
