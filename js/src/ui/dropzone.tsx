import type { ComponentChildren } from "preact";
import { useRef, useState } from "preact/hooks";
import { classes } from "./classes";

export interface DropzoneProps {
  onFiles: (files: File[]) => void;
  /** The words on its button: "Choose a file". */
  label: string;
  /** Beside the button: "or drop one here". */
  children?: ComponentChildren;
  /** As in an input's `accept`: ".csv,.xlsx". */
  accept?: string;
  many?: boolean;
  disabled?: boolean;
}

/** Takes files, dropped or chosen. */
export function Dropzone({ onFiles, label, children, accept, many, disabled }: DropzoneProps) {
  const input = useRef<HTMLInputElement>(null);
  const [isOver, setOver] = useState(false);
  const take = (files: FileList | null | undefined) => {
    const all = Array.from(files ?? []);
    if (all.length && !disabled) onFiles(many ? all : all.slice(0, 1));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: files are dropped here; the button inside does the same by keyboard
    <div
      class={classes("dropzone", isOver && "dropzone-over", disabled && "dropzone-disabled")}
      onDragOver={event => {
        event.preventDefault();
        event.stopPropagation();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={event => {
        event.preventDefault();
        event.stopPropagation();
        setOver(false);
        take(event.dataTransfer?.files);
      }}
    >
      <button
        type="button"
        class="nbml-button nbml-button-plain"
        disabled={disabled}
        onClick={() => input.current?.click()}
      >
        <span class="nbml-button-words">{label}</span>
      </button>
      {children && <span class="nbml-quiet">{children}</span>}
      <input
        ref={input}
        type="file"
        class="nbml-unseen"
        tabIndex={-1}
        aria-hidden="true"
        accept={accept}
        multiple={many}
        onChange={event => {
          take(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
    </div>
  );
}
