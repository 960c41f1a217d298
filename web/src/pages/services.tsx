/** The credentials of other services, for administrators. */
import { useMutation, useQuery } from '@apollo/client/react';
import { useState } from 'react';
import { say } from '../notices.js';
import { CREATE_SERVICE_CREDENTIAL, REVOKE_SERVICE_CREDENTIAL, SERVICE_CREDENTIALS } from '../operations.js';
import { Question } from '../parts/dialog.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Loaded } from '../parts/loaded.js';
import { Page } from '../parts/page.js';
import { needsReauthentication, useReauthentication } from '../parts/reauthentication.js';
import { Time } from '../parts/time.js';
import { texts } from '../texts.js';

interface Listed {
  readonly id: string;
  readonly name: string;
  readonly audience: string;
  readonly createdAt: string;
  readonly revokedAt: string | null;
}

export function ServicesPage() {
  const { services: words } = texts;
  const { data, error, refetch } = useQuery(SERVICE_CREDENTIALS);
  // The text of a credential must not stay in the cache.
  const [create] = useMutation(CREATE_SERVICE_CREDENTIAL, { fetchPolicy: 'no-cache' });
  const [revoke] = useMutation(REVOKE_SERVICE_CREDENTIAL);
  const { attempt, ask, dialog } = useReauthentication();
  const [shown, setShown] = useState<string | null>(null);
  const [question, setQuestion] = useState<Listed | null>(null);
  const readAgain = () => void refetch().catch(() => undefined);

  const send = async ({ name = '', audience = '' }: Readonly<Record<string, string>>) => {
    const wish = {
      run: async () => {
        const made = (await create({ variables: { input: { name, audience } } })).data?.createServiceCredential;
        if (made?.credential) setShown(made.credential);
        readAgain();
        return made?.userErrors ?? [];
      },
      done: words.created,
    };
    const errors = await wish.run();
    if (needsReauthentication(errors)) {
      ask(wish);
      return [];
    }
    if (errors.length === 0) say(wish.done);
    return errors;
  };
  const revokeOne = async ({ id }: Listed) => {
    const errors = (await revoke({ variables: { input: { id } } })).data?.revokeServiceCredential?.userErrors ?? [];
    readAgain();
    return errors;
  };
  return (
    <Page title={texts.pages.services} intro={words.intro}>
      <Loaded data={data?.serviceCredentials} error={error}>
        {(credentials) =>
          credentials.length === 0 ? (
            <p className="empty">{words.none}</p>
          ) : (
            <CredentialTable credentials={credentials} onRevoke={setQuestion} />
          )
        }
      </Loaded>
      <h2>{words.create}</h2>
      {shown === null ? (
        <Form submit={words.submit} label={words.create} send={send}>
          {(errors) => (
            <>
              <Field label={words.name} name="name" required autoComplete="off" errors={errors} />
              <Field
                label={words.audience}
                name="audience"
                required
                autoComplete="off"
                autoCapitalize="off"
                spellCheck={false}
                hint={words.audienceHint}
                errors={errors}
              />
            </>
          )}
        </Form>
      ) : (
        <div className="card">
          <p role="status">{words.shownOnce}</p>
          <output aria-label={words.credential}>
            <code>{shown}</code>
          </output>
          <div className="actions">
            <button type="button" onClick={() => setShown(null)}>
              {words.copied}
            </button>
          </div>
        </div>
      )}
      {question && (
        <Question
          title={words.confirm(question.name)}
          text={words.confirmText}
          action={words.revoke}
          onClose={() => setQuestion(null)}
          onYes={() => void attempt({ run: () => revokeOne(question), done: words.done })}
        />
      )}
      {dialog}
    </Page>
  );
}

function CredentialTable({ credentials, onRevoke }: { credentials: readonly Listed[]; onRevoke: (credential: Listed) => void }) {
  const { services: words } = texts;
  return (
    <table>
      <caption className="hidden">{texts.pages.services}</caption>
      <thead>
        <tr>
          <th scope="col">{words.service}</th>
          <th scope="col">{words.audience}</th>
          <th scope="col">{words.since}</th>
          <th scope="col">{words.state}</th>
        </tr>
      </thead>
      <tbody>
        {credentials.map((credential) => (
          <tr key={credential.id}>
            <td data-label={words.service} className="strong">
              {credential.name}
            </td>
            <td data-label={words.audience}>{credential.audience}</td>
            <td data-label={words.since}>
              <Time at={credential.createdAt} />
            </td>
            <td data-label={words.state}>
              {credential.revokedAt !== null ? (
                words.revoked
              ) : (
                <button type="button" className="danger" aria-label={words.revokeOne(credential.name)} onClick={() => onRevoke(credential)}>
                  {words.revoke}
                </button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
