/** The upper limit: `node:http` alone, which parses JSON and answers a constant. */
import { createServer } from 'node:http';
import { listen } from './listen.js';
import { PROFILE } from './operations.js';

const ANSWER = Buffer.from(`${JSON.stringify({ data: { profile: PROFILE } })}\n`);
const HEADERS = { 'content-type': 'application/json; charset=utf-8', 'content-length': ANSWER.length };

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    if (typeof JSON.parse(text).query !== 'string') return response.writeHead(400).end();
    response.writeHead(200, HEADERS).end(ANSWER);
  });
});
listen(server);
