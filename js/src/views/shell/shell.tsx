import type { RoomProps } from "../../app";
import { Empty, FaultNotice, Tabs } from "../../ui";
import { useId } from "../../ui/id";
import { rooms } from "../rooms";
import { Boundary } from "./boundary";
import { ConnectionNotice } from "./connection-notice";
import { JobLine } from "./job-line";
import { Tools } from "./tools";
import { useVisited } from "./visited";

/** The frame of every panel: what is looked at, rooms, and at its foot the job that runs. */
export function Shell({ app }: RoomProps) {
  const { store, t } = app;
  const panelId = useId();
  const { rooms: known, table, home_ok, fault } = store.state.value;
  const front = app.room.value;
  const shown = known.filter(name => rooms[name]);
  const visited = useVisited(front);
  return (
    <div class="nbml-shell">
      <header class="nbml-head">
        <div class="nbml-head-title">
          <span class="nbml-name">nbml</span>
          {table && (
            <span class="nbml-head-table" title={table.name}>
              <span class="nbml-head-file">{table.name}</span>{" "}
              <span class="nbml-quiet nbml-figures">
                {app.fmt.count(table.n_rows)} × {app.fmt.count(table.n_columns)}
              </span>
            </span>
          )}
        </div>
        {shown.length > 1 && (
          <Tabs
            label={t("panel.rooms")}
            tabs={shown.map(name => ({ id: name, label: t(`panel.room.${name}`) }))}
            value={front}
            onChange={app.open}
            panelId={panelId}
          />
        )}
        <Tools app={app} />
      </header>
      <ConnectionNotice app={app} />
      <div
        class="nbml-room"
        id={panelId}
        {...(shown.length > 1 && { role: "tabpanel" as const, "aria-labelledby": `${panelId}-${front}` })}
      >
        {fault ? (
          <FaultNotice fault={fault} />
        ) : (
          !home_ok && <FaultNotice fault={{ message: t("panel.home_full") }} />
        )}
        {shown.map(name => {
          const Room = rooms[name];
          if (!Room || !(visited.has(name) || name === front)) return null;
          return (
            <div key={name} class="nbml-room-body" hidden={name !== front}>
              <Boundary app={app}>
                <Room app={app} />
              </Boundary>
            </div>
          );
        })}
        {shown.length === 0 && <Empty title={t("panel.starting")}>{t("panel.starting_words")}</Empty>}
      </div>
      <JobLine app={app} />
    </div>
  );
}
