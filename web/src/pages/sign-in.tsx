/** Signing in. */
import { canSignUp } from '../offers.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Link } from '../parts/link.js';
import { Page } from '../parts/page.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function SignInPage() {
  const { email, password, submit, toLostPassword, noAccount, toSignUp, tokenHint, toToken } = texts.signIn;
  return (
    <div className="narrow">
      <Page title={texts.pages.signIn}>
        <Form
          submit={submit}
          label={texts.pages.signIn}
          send={async (fields) => (await auth.login({ email: fields.email ?? '', password: fields.password ?? '' })).userErrors}
        >
          {(errors) => (
            <>
              <Field label={email} name="email" type="email" autoComplete="username" required errors={errors} />
              <Field label={password} name="password" type="password" autoComplete="current-password" required errors={errors} />
            </>
          )}
        </Form>
        <p>
          <Link to="lost-password">{toLostPassword}</Link>
        </p>
        {canSignUp && (
          <p>
            {noAccount} <Link to="sign-up">{toSignUp}</Link>
          </p>
        )}
        <p>
          {tokenHint} <Link to="token">{toToken}</Link>
        </p>
      </Page>
    </div>
  );
}
