/** The entry: puts the console into the page, and takes it out when the page is left. */
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
  // A browser may keep a page that was left as it was, and show it to whoever presses the back button after a logout.
  window.addEventListener('pagehide', (event) => event.persisted && root.unmount());
  window.addEventListener('pageshow', (event) => event.persisted && location.reload());
}
