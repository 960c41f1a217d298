/** Bare argon2: one comparison for each request, one at a time, with the parameters that Latchkey has; nothing else of a login. */
import { createServer } from 'node:http';
import { verify } from '@node-rs/argon2';
import { listen } from './listen.js';
import { hashPassword } from './passwords.js';

const passwordHash = await hashPassword(process.env.PASSWORD);
let last = Promise.resolve();

const server = createServer((request, response) => {
  let text = '';
  request.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  request.on('end', () => {
    const { password } = JSON.parse(text).variables;
    // One after another: more threads than cores only take turns.
    last = last.then(async () => {
      const matches = await verify(passwordHash, password);
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":{"login":{"matches":${matches}}}}\n`);
    });
  });
});
listen(server);
