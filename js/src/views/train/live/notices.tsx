/** What the job wants people to know: warnings of the checks, retries, fall-backs. */
import type { App } from "../../../app";
import type { Snapshot } from "../../../protocol/types";
import { Disclosure, Notice } from "../../../ui";

export function Notices({ app, job }: { app: App; job: Snapshot }) {
  const { notices } = job;
  if (!notices.length) return null;
  return (
    <Disclosure summary={app.t("train_room.warnings", { n: notices.length }, notices.length)}>
      {notices.map(notice => (
        <Notice key={notice.seq} level={notice.level}>
          {notice.message} <span class="nbml-code-name">{notice.code}</span>
        </Notice>
      ))}
    </Disclosure>
  );
}
