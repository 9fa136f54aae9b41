import type { RoomProps } from "../../app";
import { Empty } from "../../ui";

export function DataRoom({ app }: RoomProps) {
  return <Empty title={app.t("panel.room.data")}>{app.t("panel.help.data")}</Empty>;
}
