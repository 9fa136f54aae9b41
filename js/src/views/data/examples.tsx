/** Tables that come with nbml, for who has none at hand. */
import type { App } from "../../app";
import type { ExampleSource } from "../../protocol/types";

type Example = ExampleSource["name"];
const EXAMPLES: Example[] = ["adhesive", "diabetes"];

export interface ExamplesProps {
  app: App;
  isBusy: boolean;
  choose: (name: Example) => void;
}

export function Examples({ app: { t }, isBusy, choose }: ExamplesProps) {
  return (
    <div class="nbml-data-examples">
      <p>{t("data_room.example.title")}</p>
      <div class="nbml-data-entries" role="group" aria-label={t("data_room.example.list")}>
        {EXAMPLES.map(name => (
          <button
            key={name}
            type="button"
            class="nbml-data-entry nbml-data-entry-tall"
            disabled={isBusy}
            onClick={() => choose(name)}
          >
            <span class="nbml-data-entry-name">{t(`data_room.example.${name}`)}</span>
            <span class="nbml-quiet nbml-data-entry-more">{t(`data_room.example.${name}_more`)}</span>
          </button>
        ))}
      </div>
    </div>
  );
}
