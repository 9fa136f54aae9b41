/** What a run was made from and what was made with it, as boxes and lines; a box of a job opens it. */
import { useMemo } from "preact/hooks";
import type { App } from "../../app";
import type { Lineage } from "../../protocol/types";
import { classes } from "../../ui";
import { familyName } from "../train/result/board";
import { BOX, layOut } from "./lineage-layout";

export interface LineageGraphProps {
  app: App;
  graph: Lineage;
  onOpen: (job_id: string) => void;
}

export function LineageGraph({ app, graph, onOpen }: LineageGraphProps) {
  const { t, fmt } = app;
  const layout = useMemo(() => layOut(graph), [graph]);
  return (
    <>
      <div class="nbml-lineage-frame">
        <div class="nbml-lineage" style={{ width: `${layout.width}px`, height: `${layout.height}px` }}>
          <svg class="nbml-lineage-lines" width={layout.width} height={layout.height} aria-hidden="true">
            {layout.lines.map(line => (
              <path key={line.key} d={line.path} class={line.isFocus ? "nbml-lineage-near" : undefined} />
            ))}
          </svg>
          <ul class="nbml-lineage-boxes" aria-label={t("runs_room.lineage")}>
            {graph.nodes.map(node => {
              const { x = 0, y = 0 } = layout.places.get(node.id) ?? {};
              const { job_id } = node;
              const isFocus = node.id === graph.focus;
              const place = {
                left: `${x}px`,
                top: `${y}px`,
                width: `${BOX.width}px`,
                height: `${BOX.height}px`,
              };
              const label = node.family ? `${familyName(app, node.family)} · ${node.label}` : node.label;
              const words = (
                <>
                  <span class="nbml-lineage-kind">{t(`runs_room.kind.${node.kind}`)}</span>
                  <span class="nbml-lineage-label">{label}</span>
                </>
              );
              const hint = [label, node.detail].filter(Boolean).join("\n");
              return (
                <li
                  key={node.id}
                  style={place}
                  class={classes("lineage-box", isFocus && "lineage-focus")}
                  title={hint}
                >
                  {job_id && !isFocus && node.kind !== "model" ? (
                    <button type="button" onClick={() => onOpen(job_id)}>
                      {words}
                    </button>
                  ) : (
                    <div>{words}</div>
                  )}
                </li>
              );
            })}
          </ul>
        </div>
      </div>
      {graph.siblings_left_out > 0 && (
        <p class="nbml-quiet">
          {t("runs_room.siblings", { n: fmt.count(graph.siblings_left_out) }, graph.siblings_left_out)}
        </p>
      )}
    </>
  );
}
