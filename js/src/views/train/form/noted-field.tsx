/** A field with what the kernel has found at it: the fault under it, warnings folded, each with its remedies. */
import type { ComponentChildren } from "preact";
import type { App } from "../../../app";
import type { FieldNote } from "../../../protocol/types";
import { Button, Disclosure, Field, Notice } from "../../../ui";
import { type Drafting, notesAt } from "../drafting";

export interface NotedFieldProps {
  app: App;
  drafting: Drafting;
  /** Field of the form. */
  field: string;
  label?: string;
  help?: ComponentChildren;
  aside?: ComponentChildren;
  children: ComponentChildren;
}

export function NotedField({ app, drafting, field, label, help, aside, children }: NotedFieldProps) {
  const { fault, warnings } = notesAt(drafting, field);
  return (
    <div class="nbml-train-field" data-field={field}>
      <Field
        label={label ?? app.t(`train_room.field.${field}`)}
        help={help}
        aside={aside}
        fault={fault}
        remedy={fault && <Remedies note={fault} drafting={drafting} />}
      >
        {children}
      </Field>
      <Warnings app={app} notes={warnings} drafting={drafting} />
    </div>
  );
}

/** The buttons that mend something. */
export function Remedies({ note, drafting }: { note: FieldNote; drafting: Drafting }) {
  return (
    <>
      {note.remedies.map(remedy => (
        <Button key={remedy.text} small onClick={() => drafting.change(remedy.set)}>
          {remedy.text}
        </Button>
      ))}
    </>
  );
}

function Warnings({ app, notes, drafting }: { app: App; notes: FieldNote[]; drafting: Drafting }) {
  if (!notes.length) return null;
  const [first] = notes;
  const all = app.t("train_room.warnings", { n: notes.length }, notes.length);
  return (
    <Disclosure
      summary={
        <span class="nbml-train-warning" title={first?.message}>
          {notes.length > 1 ? `${all}: ` : ""}
          {first?.message}
        </span>
      }
    >
      {notes.map(note => (
        <Notice key={`${note.code} ${note.columns.join()}`} level="warning">
          {note.message} <span class="nbml-quiet">{note.next_step}</span>{" "}
          <Remedies note={note} drafting={drafting} />
        </Notice>
      ))}
    </Disclosure>
  );
}
