/** Stands in for Apollo's servers, which the tests can't reach: the browser gets a document or a script of the test for every request. */
import type { BrowserContext, Frame, Page } from 'playwright-core';

const APOLLO = /^https:\/\/([^/]+\.)?apollographql\.com\//;

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

/** @param script what Apollo's scripts and the documents of Apollo's servers run; the default is a frame that behaves like Sandbox */
export async function standInForApollo(context: BrowserContext, script = FRAME): Promise<void> {
  await context.route(APOLLO, (route, request) =>
    request.resourceType() === 'document'
      ? route.fulfill({ contentType: 'text/html', body: `<!doctype html><title>Apollo</title><body><script>${script}</script>` })
      : route.fulfill({ contentType: 'text/javascript', headers: { 'access-control-allow-origin': '*' }, body: script }),
  );
}

export async function frameOfApollo(page: Page): Promise<Frame> {
  const frame = await (await page.waitForSelector('iframe')).contentFrame();
  if (frame === null) throw new Error('the frame has no document');
  return frame;
}
