import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./button";
import { useId } from "./id";
import { useLocale } from "./locale";

export interface DialogProps {
  title: ComponentChildren;
  children: ComponentChildren;
  /** Buttons at its foot, the one to press last. */
  actions?: ComponentChildren;
  /** Escape, or a click beside it. */
  onClose: () => void;
  wide?: boolean;
}

/** Asks for one thing before anything else goes on. Drawn only while it is open; focus goes back where it was. */
export function Dialog({ title, children, actions, onClose, wide }: DialogProps) {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const { current: el } = ref;
    const before = document.activeElement;
    if (el?.showModal) el.showModal();
    else el?.setAttribute("open", "");
    return () => {
      el?.close?.();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={ref}
      class="nbml-dialog"
      data-wide={wide || undefined}
      aria-labelledby={id}
      onCancel={event => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={event => {
        event.stopPropagation();
        if (event.key === "Escape") {
          event.preventDefault();
          onClose();
        } else if (event.key === "Tab") keepInside(event);
      }}
      onClick={event => event.target === ref.current && onClose()}
    >
      <div class="nbml-dialog-frame">
        <h2 class="nbml-dialog-title" id={id}>
          {title}
        </h2>
        <div class="nbml-dialog-body">{children}</div>
        {actions && <div class="nbml-dialog-actions">{actions}</div>}
      </div>
    </dialog>
  );
}

function keepInside(event: KeyboardEvent): void {
  const all = Array.from(
    (event.currentTarget as HTMLElement).querySelectorAll<HTMLElement>(
      'button:not(:disabled), [href], input:not(:disabled), select:not(:disabled), textarea:not(:disabled), [tabindex="0"]',
    ),
  );
  const [first, last] = [all[0], all.at(-1)];
  if (event.shiftKey && document.activeElement === first) {
    event.preventDefault();
    last?.focus();
  } else if (!event.shiftKey && document.activeElement === last) {
    event.preventDefault();
    first?.focus();
  }
}

export interface ConfirmProps {
  title: ComponentChildren;
  children: ComponentChildren;
  /** The verb on the button: "Delete 3 jobs". */
  confirm: string;
  onConfirm: () => void;
  onCancel: () => void;
  danger?: boolean;
  busy?: boolean;
}

/** Asks before what cannot be taken back. */
export function Confirm({ title, children, confirm, onConfirm, onCancel, danger, busy }: ConfirmProps) {
  const { t } = useLocale();
  return (
    <Dialog
      title={title}
      onClose={onCancel}
      actions={
        <>
          <Button onClick={onCancel}>{t("panel.dialog.cancel")}</Button>
          <Button kind={danger ? "danger" : "primary"} busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
