/** Says where a mail goes: to the address, or into a file if the server has no mail server. */
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
