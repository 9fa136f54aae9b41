/** A number with its name above, marked where the kernel finds it wrong. */
import type { App } from "../../../app";
import { NumberBox } from "../../../ui";
import { isWrong, type Setting } from "../setting";

export interface NumberFieldProps {
  app: App;
  setting: Setting;
  /** Where it stands in the form, as notes name it. */
  field: string;
  /** Key of its name. */
  words: string;
  value: number | null;
  onChange: (value: number | null) => void;
  placeholder?: string;
}

export function NumberField(props: NumberFieldProps) {
  const { app, setting, field, words, value, onChange, placeholder } = props;
  const label = app.t(words);
  return (
    <span class="nbml-optimize-labelled nbml-optimize-number">
      <span>{label}</span>
      <NumberBox
        label={label}
        value={value}
        placeholder={placeholder}
        isWrong={isWrong(setting, field)}
        onChange={onChange}
      />
    </span>
  );
}
