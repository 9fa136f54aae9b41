import type { RoomProps } from "../../app";
import { Empty } from "../../ui";

export function TrainRoom({ app }: RoomProps) {
  return <Empty title={app.t("panel.room.train")}>{app.t("panel.help.train")}</Empty>;
}
