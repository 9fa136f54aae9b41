import { useField } from "./field";

export interface TextBoxProps {
  value: string;
  onChange: (value: string) => void;
  /** On Enter, or when the focus leaves. */
  onCommit?: (value: string) => void;
  placeholder?: string;
  disabled?: boolean;
  /** More than one line. */
  rows?: number;
  /** Its name where it stands in no Field. */
  label?: string;
  maxLength?: number;
  type?: "text" | "search";
}

export function TextBox({ value, onChange, onCommit, rows, label, type = "text", ...rest }: TextBoxProps) {
  const field = useField(label);
  const shared = {
    id: field.id,
    ...field.labels,
    class: "nbml-input",
    value,
    spellcheck: false,
    onInput: (event: Event) => onChange((event.currentTarget as HTMLInputElement).value),
    onBlur: () => onCommit?.(value),
    ...rest,
  };
  if (rows) return <textarea {...shared} rows={rows} />;
  return (
    <input
      {...shared}
      type={type}
      list={undefined}
      autocomplete="off"
      onKeyDown={event => {
        if (event.key === "Enter" && !event.isComposing) onCommit?.(event.currentTarget.value);
      }}
    />
  );
}
