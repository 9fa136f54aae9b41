import type { ComponentChildren } from "preact";
import { Button } from "./button";
import { classes } from "./classes";
import { useLocale } from "./locale";

export interface NoticeProps {
  level?: "info" | "success" | "warning" | "error";
  title?: ComponentChildren;
  children?: ComponentChildren;
  /** The remedy, if there is one. */
  action?: { label: string; onClick: () => void; busy?: boolean };
  onDismiss?: () => void;
  /** Read out when it appears: for what comes from something the person did. */
  alert?: boolean;
}

/** Something worth knowing, where it can be mended. The level is said in words for screen readers too. */
export function Notice({ level = "info", title, children, action, onDismiss, alert }: NoticeProps) {
  const { t } = useLocale();
  return (
    <div class={classes("notice", `notice-${level}`)} role={alert ? "alert" : undefined}>
      <span class="nbml-notice-mark" aria-hidden="true" />
      <div class="nbml-notice-words">
        <span class="nbml-unseen">{t(`panel.level.${level}`)} </span>
        {title && <strong class="nbml-notice-title">{title}</strong>} {children}
      </div>
      {(action || onDismiss) && (
        <div class="nbml-notice-actions">
          {action && (
            <Button small busy={action.busy} onClick={action.onClick}>
              {action.label}
            </Button>
          )}
          {onDismiss && (
            <Button small kind="quiet" onClick={onDismiss}>
              {t("panel.notice.dismiss")}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}

export interface FaultNoticeProps {
  fault: { code?: string; message: string; next_step?: string };
  action?: NoticeProps["action"];
  onDismiss?: () => void;
}

/** A failure: what was wrong, what to do, and the code to look up. */
export function FaultNotice({ fault, action, onDismiss }: FaultNoticeProps) {
  return (
    <Notice level="error" action={action} onDismiss={onDismiss} alert>
      <span>{fault.message}</span> {fault.next_step && <span>{fault.next_step}</span>}{" "}
      {fault.code && <span class="nbml-code-name">{fault.code}</span>}
    </Notice>
  );
}
