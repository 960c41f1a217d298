/** Watches whether the server accepts a token: it opens a WebSocket with the token, and the server closes that when the token ends. */
import { socketUrl } from './session.js';

export type TokenVerdict = 'empty' | 'asking' | 'accepted' | 'TOKEN_REVOKED' | 'TOKEN_EXPIRED' | 'TOKEN_INVALID' | 'unreachable';

const REFUSALS = ['TOKEN_REVOKED', 'TOKEN_EXPIRED', 'TOKEN_INVALID'] as const;
const AGAIN_AFTER_MS = 2_000;

/** @returns a function that stops watching */
export function watchToken(token: string, tell: (verdict: TokenVerdict) => void): () => void {
  let socket: WebSocket | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const open = () => {
    socket = new WebSocket(socketUrl(), 'graphql-transport-ws');
    socket.onopen = () => socket?.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } }));
    socket.onmessage = ({ data }) => {
      const { type } = JSON.parse(String(data)) as { type: string };
      if (type === 'connection_ack') tell('accepted');
      if (type === 'ping') socket?.send('{"type":"pong"}');
    };
    socket.onclose = ({ reason }) => {
      const refusal = REFUSALS.find((each) => each === reason);
      tell(refusal ?? 'unreachable');
      if (!refusal) timer = setTimeout(open, AGAIN_AFTER_MS);
    };
  };
  tell('asking');
  open();
  return () => {
    clearTimeout(timer);
    if (!socket) return;
    socket.onclose = null;
    socket.onmessage = null;
    socket.close(1000);
  };
}

/** Decodes a token without verifying it, for display only. Null if it is no JWT. */
export function readClaims(token: string): Readonly<Record<string, unknown>> | null {
  try {
    const [header = '', payload = ''] = token.split('.');
    return { ...decode(header), ...decode(payload) };
  } catch {
    return null;
  }
}

function decode(part: string): Record<string, unknown> {
  const bytes = Uint8Array.from(atob(part.replace(/-/g, '+').replace(/_/g, '/')), (letter) => letter.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes)) as Record<string, unknown>;
}
