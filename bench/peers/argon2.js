/** argon2 alone: one comparison per request, one at a time, with Latchkey's parameters and no other part of a login. */
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
    // One after another: more threads than cores would only take turns.
    last = last.then(async () => {
      const matches = await verify(passwordHash, password);
      response.writeHead(200, { 'content-type': 'application/json' }).end(`{"data":{"login":{"matches":${matches}}}}\n`);
    });
  });
});
listen(server);
