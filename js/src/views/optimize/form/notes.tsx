/** What the kernel has found at a field, under it, each with what mends it. */

import type { App } from "../../../app";
import { Button } from "../../../ui";
import { notesAt, type Setting } from "../setting";

export interface FormProps {
  app: App;
  setting: Setting;
}

export function Notes({ setting, field }: { setting: Setting; field: string }) {
  const notes = notesAt(setting, field);
  return (
    <div class="nbml-optimize-notes" id={noteId(field)} aria-live="polite">
      {notes.map(note => (
        <p key={note.field + note.code} class={`nbml-optimize-note nbml-optimize-${note.severity}`}>
          {note.message} <span>{note.next_step}</span>{" "}
          {note.remedies.map(remedy => (
            <Button key={remedy.text} small onClick={() => setting.change(remedy.set)}>
              {remedy.text}
            </Button>
          ))}
        </p>
      ))}
    </div>
  );
}

export const noteId = (field: string) => `nbml-optimize-${field}`;
