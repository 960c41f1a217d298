/** The entry of the explorer: GraphiQL with a document that logs in and out at the server that served the page. */
import { PluginContextProvider } from '@graphiql/react';
import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { LOGIN_FLOW, LOGIN_HEADERS } from 'latchkey/login-flow';
import { flushSync } from 'react-dom';
import { createRoot } from 'react-dom/client';
import { LOGIN_PLUGIN } from './login-plugin.js';
import { MemoryStorage } from './memory-storage.js';

/** Runs over a WebSocket, which the server closes as soon as the session ends. */
const SESSION_EVENTS = `
subscription SessionEvents {
  sessionEvents { kind at reason session { deviceName } }
}
`;

const API = new URL('/graphql', location.href);

const fetcher = createGraphiQLFetcher({
  url: API.href,
  // GraphiQL sends the headers of the editor as connectionParams.
  subscriptionUrl: API.href.replace(/^http/, 'ws'),
  enableIncrementalDelivery: false,
});

const panel = { plugins: [LOGIN_PLUGIN], visiblePlugin: LOGIN_PLUGIN };
const storage = new MemoryStorage();
const headers = JSON.stringify(LOGIN_HEADERS, null, 2);
const place = document.getElementById('explorer');

if (place) {
  const root = createRoot(place);
  // GraphiQL 4 opens the panel only if its store knows the plugin before the first render.
  flushSync(() => root.render(<PluginContextProvider {...panel}>{null}</PluginContextProvider>));
  root.render(
    <GraphiQL
      {...panel}
      fetcher={fetcher}
      storage={storage}
      defaultTabs={[{ query: LOGIN_FLOW + SESSION_EVENTS, headers }]}
      defaultHeaders={headers}
      defaultEditorToolsVisibility="headers"
      shouldPersistHeaders={false}
      showPersistHeadersSettings={false}
    >
      <GraphiQL.Logo>
        {/* A new tab, because GraphiQL forgets its documents when the user leaves the page. */}
        <a className="sandbox-link" href="/graphiql/sandbox" target="_blank" rel="noopener noreferrer">
          Open in Apollo Sandbox
        </a>
      </GraphiQL.Logo>
    </GraphiQL>,
  );
}
