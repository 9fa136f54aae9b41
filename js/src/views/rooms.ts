/** The rooms there are; one that is not here is not shown. */
import type { ComponentType } from "preact";
import type { RoomName, RoomProps } from "../app";
import { DataRoom } from "./data/room";
import { ExplainRoom } from "./explain/room";
import { OptimizeRoom } from "./optimize/room";
import { PredictRoom } from "./predict/room";
import { RunsRoom } from "./runs/room";
import { TrainRoom } from "./train/room";

export const rooms: Partial<Record<RoomName, ComponentType<RoomProps>>> = {
  data: DataRoom,
  train: TrainRoom,
  explain: ExplainRoom,
  predict: PredictRoom,
  optimize: OptimizeRoom,
  runs: RunsRoom,
};
