/** Checks a pasted token: shows live whether the server accepts it, and if not, why. */
import { useEffect, useId, useState } from 'react';
import { Page } from '../parts/page.js';
import { Fact } from '../parts/session-list.js';
import { Time } from '../parts/time.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';
import { readClaims, type TokenVerdict, watchToken } from '../token-watch.js';

const ORDER = ['sub', 'sid', 'jti', 'iat', 'exp', 'roles', 'iss', 'aud', 'alg', 'kid'];

export function TokenPage({ canUseOwn }: { canUseOwn: boolean }) {
  const { token: words } = texts;
  const id = useId();
  const [text, setText] = useState('');
  const [verdict, setVerdict] = useState<TokenVerdict>('empty');
  const token = text.trim().replace(/^Bearer\s+/i, '');
  useEffect(() => {
    if (token !== '') return watchToken(token, setVerdict);
    setVerdict('empty');
  }, [token]);
  const claims = token === '' ? null : readClaims(token);
  return (
    <Page title={texts.pages.token} intro={words.intro}>
      <div className="field">
        <label htmlFor={id}>{words.label}</label>
        <textarea
          id={id}
          rows={5}
          spellCheck={false}
          autoComplete="off"
          autoCapitalize="off"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
      </div>
      <div className="actions">
        {canUseOwn && (
          <button
            type="button"
            onClick={() =>
              auth.getAccessToken().then(
                (own) => setText(own ?? ''),
                () => undefined,
              )
            }
          >
            {words.own}
          </button>
        )}
        <button type="button" onClick={() => setText('')}>
          {words.clear}
        </button>
      </div>
      <div className="verdict" data-verdict={verdict} role="status" aria-live="polite">
        <strong>{words.states[verdict]}</strong>
        <span>{words.reasons[verdict]}</span>
      </div>
      {claims && (
        <section aria-labelledby={`${id}-claims`}>
          <h2 id={`${id}-claims`}>{words.claims}</h2>
          <p className="hint">{words.claimsHint}</p>
          <dl className="claims">
            {ORDER.filter((name) => name in claims).map((name) => (
              <Fact key={name} name={words.claimNames[name] ?? name}>
                <Claim name={name} value={claims[name]} />
              </Fact>
            ))}
          </dl>
        </section>
      )}
    </Page>
  );
}

function Claim({ name, value }: { name: string; value: unknown }) {
  if (['iat', 'exp'].includes(name) && Number.isFinite(value)) return <Time at={new Date(Number(value) * 1000).toISOString()} />;
  return <code>{typeof value === 'string' ? value : JSON.stringify(value)}</code>;
}
