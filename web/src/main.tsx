/** The entry of the console: renders it into the page, and removes it when the user leaves the page. */
import { ApolloProvider } from '@apollo/client/react';
import { createRoot } from 'react-dom/client';
import './mailed-code.js';
import { App } from './app.js';
import { apollo } from './session.js';

const place = document.getElementById('console');

if (place) {
  const root = createRoot(place);
  root.render(
    <ApolloProvider client={apollo}>
      <App />
    </ApolloProvider>,
  );
  // The back/forward cache would otherwise show a logged-in page to somebody who presses the back button after a logout.
  window.addEventListener('pagehide', (event) => event.persisted && root.unmount());
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
}
