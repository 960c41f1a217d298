/** What becomes of a mail: on its way, or, where there is no mail server, a file. */
import { areMailsSent } from '../offers.js';
import { texts } from '../texts.js';

export function MailHint({ children }: { children: string }) {
  return (
    <>
      <p>{children}</p>
      {!areMailsSent && <p className="hint">{texts.mail.files}</p>}
    </>
  );
}
