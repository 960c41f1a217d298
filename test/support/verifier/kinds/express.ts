/** Express with a guarded and a public route. */
import { createMiddleware, getToken } from '../../../../src/verifier/adapters/express.js';
import type { RouteKind } from '../route-contract.js';
import { createWebServer, listen } from './web-server.js';

export const expressKind: RouteKind = {
  name: 'Express',
  async serve({ verifier }) {
    const { app, server } = createWebServer();
    app.get('/hello', (_request, response) => void response.json({ hello: 'hello' }));
    app.get('/me', createMiddleware(verifier), (request, response) => void response.json({ me: getToken(request).sub }));
    app.get('/secret', createMiddleware(verifier, { roles: ['ADMIN'] }), (_request, response) => void response.json({ secret: 'secret' }));
    return listen(server);
  },
};
