import type { ComponentChildren } from "preact";
import { classes } from "./classes";
import { useId } from "./id";
import { onArrowKeys } from "./roving";

export interface Tab<V extends string = string> {
  id: V;
  label: ComponentChildren;
  /** Quiet words behind the label, such as a count. */
  note?: ComponentChildren;
}

export interface TabsProps<V extends string> {
  tabs: readonly Tab<V>[];
  value: V | null;
  onChange: (id: V) => void;
  /** What the tabs are for, for screen readers. */
  label: string;
  /** The panel of the tab in front. Without it, give `panelId` and set role="tabpanel" there. */
  children?: ComponentChildren;
  panelId?: string;
}

/** Views of which one is in front; arrow keys move between them. */
export function Tabs<V extends string>({ tabs, value, onChange, label, children, panelId }: TabsProps<V>) {
  const own = useId();
  const panel = panelId ?? `${own}-panel`;
  return (
    <>
      <div
        class="nbml-tabs"
        role="tablist"
        aria-label={label}
        onKeyDown={event => onArrowKeys(event, '[role="tab"]')?.click()}
      >
        {tabs.map((tab, index) => {
          const isFront = tab.id === value;
          return (
            <button
              key={tab.id}
              type="button"
              role="tab"
              id={`${panel}-${tab.id}`}
              class={classes("tab", isFront && "tab-front")}
              aria-selected={isFront}
              aria-controls={panel}
              tabIndex={isFront || (value === null && index === 0) ? 0 : -1}
              onClick={() => onChange(tab.id)}
            >
              {tab.label}
              {tab.note && <span class="nbml-quiet"> {tab.note}</span>}
            </button>
          );
        })}
      </div>
      {children !== undefined && (
        <div class="nbml-tab-panel" role="tabpanel" id={panel} aria-labelledby={`${panel}-${value ?? ""}`}>
          {children}
        </div>
      )}
    </>
  );
}
