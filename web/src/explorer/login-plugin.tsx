/** The panel beside the editor: it explains how to log in and out, and copies the token of the last answer into the header. */
import { Button, type GraphiQLPlugin, useEditorContext } from '@graphiql/react';
import { useState } from 'react';
import { findAccessToken, withToken } from './tokens.js';

export const LOGIN_PLUGIN: GraphiQLPlugin = { title: 'Log in', icon: Key, content: LoginSteps };

function LoginSteps() {
  const { headerEditor, responseEditor } = useEditorContext({ nonNull: true, caller: LoginSteps });
  const [told, setTold] = useState('');
  const useToken = () => {
    const token = findAccessToken(responseEditor?.getValue() ?? '');
    if (token !== null) headerEditor?.setValue(withToken(headerEditor.getValue(), token));
    setTold(token === null ? 'The last answer has no accessToken. Run Register or Login first.' : 'The token is now in the header.');
  };
  return (
    <section className="login-steps" aria-label="Log in">
      <h2>Log in</h2>
      <p>
        The prepared document has one operation for each step. The button ▶ asks which one to run; <kbd>Ctrl</kbd>+<kbd>Enter</kbd> runs the
        one at the cursor.
      </p>
      <ol>
        <li>
          Run <b>Register</b> once, and <b>Login</b> after that. The answer has an <code>accessToken</code>.
        </li>
        <li>
          Put it into the <code>Authorization</code> header:
          <Button type="button" onClick={useToken}>
            Use the token of the last answer
          </Button>
          <output>{told}</output>
        </li>
        <li>
          Run <b>Me</b>. It returns your user.
        </li>
        <li>
          Run <b>Logout</b>. The token has not expired, but it is now revoked.
        </li>
        <li>
          Run <b>Me</b> again with the same token. It is refused: <code>UNAUTHENTICATED</code>, with the reason <code>TOKEN_REVOKED</code>.
        </li>
      </ol>
      <p>
        <b>SessionEvents</b> is a subscription: log in, use the token, run it, and log in elsewhere. When its session ends, the server
        closes the connection.
      </p>
      <p>Nothing is stored: tokens, headers and documents are gone when you leave or reload the page.</p>
    </section>
  );
}

function Key() {
  return (
    <svg viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" aria-hidden="true">
      <circle cx="8" cy="16" r="4.5" />
      <path d="M11.5 12.5 20 4m-4 4 3.5 3.5" />
    </svg>
  );
}
