import { type ComponentChildren, createContext } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { classes } from "./classes";
import { useId } from "./id";

export interface FieldLinks {
  id: string;
  labelId: string;
  describedBy: string | undefined;
  isInvalid: boolean;
}

const FieldContext = createContext<FieldLinks | null>(null);

/** The label, help and fault that a control stands with; a control outside a Field needs its own `label`. */
export function useField(label?: string) {
  const own = useId();
  const field = useContext(FieldContext);
  return {
    id: field?.id ?? own,
    labels: {
      "aria-label": label,
      "aria-describedby": field?.describedBy,
      "aria-invalid": field?.isInvalid ? ("true" as const) : undefined,
    },
    /** For a group of controls, which a label's `for` cannot name. */
    group: {
      "aria-label": label,
      "aria-labelledby": label ? undefined : field?.labelId,
      "aria-describedby": field?.describedBy,
    },
  };
}

export interface FieldFault {
  message: string;
  next_step?: string;
}

export interface FieldProps {
  label: ComponentChildren;
  /** One control of this kit. */
  children: ComponentChildren;
  help?: ComponentChildren;
  /** Stands under the control, at once and for screen readers. */
  fault?: string | FieldFault | null;
  /** A button that mends the fault. */
  remedy?: ComponentChildren;
  /** At the end of the label's line, such as "optional" or a link. */
  aside?: ComponentChildren;
  /** Label beside the control instead of above. */
  inline?: boolean;
}

/** A labelled control with its help and, where it is wrong, what to do about it. */
export function Field({ label, children, help, fault, remedy, aside, inline }: FieldProps) {
  const id = useId();
  const words = typeof fault === "string" ? { message: fault } : fault;
  const describedBy =
    [help ? `${id}-help` : "", words ? `${id}-fault` : ""].filter(Boolean).join(" ") || undefined;
  const links = useMemo(
    () => ({ id, labelId: `${id}-label`, describedBy, isInvalid: Boolean(words) }),
    [id, describedBy, Boolean(words)],
  );
  return (
    <div class={classes("field", inline && "field-inline", words && "field-invalid")}>
      <div class="nbml-field-head">
        <label class="nbml-field-label" id={links.labelId} for={id}>
          {label}
        </label>
        {aside && <span class="nbml-field-aside">{aside}</span>}
      </div>
      <FieldContext.Provider value={links}>
        <div class="nbml-field-control">{children}</div>
      </FieldContext.Provider>
      {help && (
        <div class="nbml-field-help" id={`${id}-help`}>
          {help}
        </div>
      )}
      <div class="nbml-field-fault" id={`${id}-fault`} aria-live="polite">
        {words && (
          <>
            <span>{words.message}</span> {words.next_step && <span>{words.next_step}</span>} {remedy}
          </>
        )}
      </div>
    </div>
  );
}
