/** The login page. */
import { canRegister } from '../offers.js';
import { Field } from '../parts/field.js';
import { Form } from '../parts/form.js';
import { Link } from '../parts/link.js';
import { Page } from '../parts/page.js';
import { REGISTER_PAGE } from '../route.js';
import { auth } from '../session.js';
import { texts } from '../texts.js';

export function LogInPage() {
  const { email, password, submit, toLostPassword, noAccount, toRegister, tokenHint, toToken } = texts.logIn;
  return (
    <div className="narrow">
      <Page title={texts.pages.logIn}>
        <Form
          submit={submit}
          label={texts.pages.logIn}
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
        {canRegister && (
          <p>
            {noAccount} <Link to={REGISTER_PAGE}>{toRegister}</Link>
          </p>
        )}
        <p>
          {tokenHint} <Link to="token">{toToken}</Link>
        </p>
      </Page>
    </div>
  );
}
