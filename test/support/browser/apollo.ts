/** Stands in for Apollo's servers, which the tests can't reach: the browser gets a document or a script of the test for every request. */
import type { Frame, Page } from 'playwright-core';

/** The frame of Apollo Sandbox: it greets the page, as Sandbox does, and can send it messages and wait for an answer. */
const FRAME = `
  const take = (isWanted) => new Promise((resolve) => addEventListener('message', function listen({ data }) {
    if (!isWanted(data)) return;
    removeEventListener('message', listen);
    resolve(data);
  }));
  window.heard = [];
  addEventListener('message', ({ data }) => heard.push(data));
  window.ask = (message) => {
    const answer = take(({ operationId }) => operationId === message.operationId);
    parent.postMessage(message, '*');
    return answer;
  };
  window.greeted = take(({ name }) => name === 'HandshakeResponse');
  parent.postMessage({ name: 'ExplorerListeningForHandshake' }, '*');
`;

/**
 * Playwright's own interception would answer every CORS preflight of the page itself, so this uses the protocol of Chromium: only requests to
 * Apollo are intercepted, and the server under test answers its preflights.
 *
 * @param script what Apollo's scripts and the documents of Apollo's servers run; the default is a frame that behaves like Sandbox
 */
export async function standInForApollo(page: Page, script = FRAME): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const fulfill = (requestId: string, contentType: string, text: string) =>
    session.send('Fetch.fulfillRequest', {
      requestId,
      responseCode: 200,
      responseHeaders: [
        { name: 'content-type', value: contentType },
        { name: 'access-control-allow-origin', value: '*' },
      ],
      body: Buffer.from(text).toString('base64'),
    });
  session.on('Fetch.requestPaused', ({ requestId, resourceType }) => {
    const isPage = resourceType === 'Document';
    const page = `<!doctype html><title>Apollo</title><body><script>${script}</script>`;
    // A request of a page that the test has closed meanwhile needs no answer.
    fulfill(requestId, isPage ? 'text/html' : 'text/javascript', isPage ? page : script).catch(() => undefined);
  });
  await session.send('Fetch.enable', { patterns: [{ urlPattern: 'https://*.apollographql.com/*' }] });
}

export async function frameOfApollo(page: Page): Promise<Frame> {
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  if (frame === null) throw new Error('the frame has no document');
  return frame;
}
