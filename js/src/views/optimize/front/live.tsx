/** A search under way: the front as it grows, how far it is, how to stop and keep it. */
import { useMemo, useState } from "preact/hooks";
import type { App } from "../../../app";
import { KernelFault } from "../../../protocol/client";
import type { MeasuredRows, Snapshot } from "../../../protocol/types";
import { Amount, Button, FaultNotice, Notice, ProgressBar, Section, Stack } from "../../../ui";
import { ofLive } from "./front";
import { Scatter } from "./scatter";

export interface LiveProps {
  app: App;
  job: Snapshot;
  measured: MeasuredRows | null;
  /** What goals are on that only must hold. */
  kept: ReadonlySet<string>;
}

export function Live({ app, job, measured, kept }: LiveProps) {
  const { t, fmt, store } = app;
  const [fault, setFault] = useState<KernelFault | null>(null);
  const view = job.front;
  const front = useMemo(() => (view ? ofLive(view, kept) : null), [view, [...kept].join()]);
  const isStopping = store.stopping.value === job.job_id;
  const stop = () => {
    setFault(null);
    store.stop().catch(error => error instanceof KernelFault && setFault(error));
  };
  const single = front && front.goals.length === 1 ? front.axes[0] : null;
  return (
    <Section title={job.title}>
      <Stack>
        {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
        <div class="nbml-optimize-standing">
          <span role="status">
            {isStopping
              ? t("panel.job.stopping")
              : view
                ? t("optimize_room.front.growing", {
                    size: fmt.count(view.size),
                    done: fmt.count(view.evaluations),
                    planned: fmt.count(view.planned),
                  })
                : t("optimize_room.front.waiting")}
          </span>
          <Button small disabled={isStopping} onClick={stop} title={t("panel.job.stop_words")}>
            {isStopping ? t("panel.job.stopping") : t("panel.job.stop")}
          </Button>
        </div>
        <ProgressBar
          value={view?.planned ? Math.min(view.evaluations / view.planned, 1) : null}
          label={t("panel.job.progress")}
        />
        {view && !view.is_feasible && view.size > 0 && (
          <Notice level="warning">{t("optimize_room.front.none_feasible")}</Notice>
        )}
        {single ? (
          <Amount label={single.label}>{fmt.number((single.cells[0] as number | undefined) ?? null)}</Amount>
        ) : front && front.rows > 0 ? (
          <Scatter app={app} front={front} measured={measured} />
        ) : (
          <div class="nbml-optimize-kept" />
        )}
      </Stack>
    </Section>
  );
}
