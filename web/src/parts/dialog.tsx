/** A modal dialog. The browser keeps the focus inside and closes it with Escape. */
import { type ReactNode, useEffect, useId, useRef } from 'react';
import { texts } from '../texts.js';

interface DialogProps {
  readonly title: string;
  readonly text: string;
  readonly onClose: () => void;
  readonly children: ReactNode;
}

export function Dialog({ title, text, onClose, children }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog ref={dialog} aria-labelledby={id} aria-describedby={`${id}-text`} onClose={onClose}>
      <h2 id={id}>{title}</h2>
      <p id={`${id}-text`}>{text}</p>
      {children}
    </dialog>
  );
}

interface QuestionProps extends Omit<DialogProps, 'children'> {
  readonly action: string;
  readonly onYes: () => void;
}

export function Question({ action, onYes, ...dialog }: QuestionProps) {
  return (
    <Dialog {...dialog}>
      <div className="actions">
        <button type="button" onClick={dialog.onClose}>
          {texts.cancel}
        </button>
        <button
          type="button"
          className="danger"
          onClick={() => {
            dialog.onClose();
            onYes();
          }}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
