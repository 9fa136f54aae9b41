/** Choosing the header by eye among the first lines of the file. */
import { useEffect, useState } from "preact/hooks";
import { KernelFault } from "../../protocol/client";
import { Button, classes, FaultNotice, Row } from "../../ui";
import type { ControlProps } from "./word";

export function HeaderLines({ model, word, close }: ControlProps) {
  const { t, client } = model.app;
  const [lines, setLines] = useState<readonly string[] | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<number>>(new Set(linesOf(word.value)));
  useEffect(() => {
    client.ask("data.lines", {}).then(
      found => setLines(found.lines),
      error => error instanceof KernelFault && setFault(error),
    );
  }, []);
  const read = (header: "none" | number[] | null) => {
    close();
    model.change("data.reread", { header });
  };
  const toggle = (line: number) => {
    const next = new Set(chosen);
    if (!next.delete(line)) next.add(line);
    setChosen(next);
  };
  return (
    <div class="nbml-data-header">
      <p class="nbml-data-control-title">{t("data_room.header.title")}</p>
      <p class="nbml-quiet">{t("data_room.header.help")}</p>
      {fault && <FaultNotice fault={fault} />}
      {lines?.length === 0 && <p class="nbml-quiet">{t("data_room.header.no_lines")}</p>}
      <div class="nbml-data-lines">
        {lines?.map((line, index) => (
          <button
            key={index}
            type="button"
            aria-pressed={chosen.has(index + 1)}
            aria-label={`${t("data_room.header.line", { n: index + 1 })}: ${line}`}
            class={classes("data-line", chosen.has(index + 1) && "data-line-chosen")}
            onClick={() => toggle(index + 1)}
          >
            <span class="nbml-data-line-number" aria-hidden="true">
              {index + 1}
            </span>
            <bdi>{line}</bdi>
          </button>
        ))}
      </div>
      <Row>
        <Button
          kind="primary"
          small
          disabled={!chosen.size}
          onClick={() => read([...chosen].sort((a, b) => a - b))}
        >
          {t("data_room.header.use")}
        </Button>
        <Button small onClick={() => read("none")}>
          {t("data_room.header.none")}
        </Button>
        <Button small kind="quiet" onClick={() => read(null)}>
          {t("data_room.header.find")}
        </Button>
      </Row>
    </div>
  );
}

/** Lines that are the header now. */
function linesOf(value: string): number[] {
  return value
    .split(",")
    .map(Number)
    .filter(line => line > 0);
}
