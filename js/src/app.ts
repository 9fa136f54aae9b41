/** What every room is given: the way to the kernel, what is known, and the language to say it in. */
import type { ReadonlySignal } from "@preact/signals";
import type { Plots } from "./figure/plots";
import type { Formats } from "./i18n/format";
import type { Translate } from "./i18n/translate";
import type { Client } from "./protocol/client";
import type { SessionState } from "./protocol/types";
import type { Store } from "./state/store";

export type RoomName = SessionState["rooms"][number];

/** A row on its way from one room to another: cells by the name of the input, for the models of a job. */
export interface HandedRow {
  job_id: string;
  /** Where it comes from, in words. */
  title: string;
  cells: ReadonlyMap<string, string | number | null>;
}

export interface App {
  readonly client: Client;
  readonly store: Store;
  readonly t: Translate;
  readonly fmt: Formats;
  /** Draws figures; asks the kernel for the module that does once a page. */
  readonly plots: Plots;
  /** The room in front, in this view. */
  readonly room: ReadonlySignal<RoomName | null>;
  /** The last row that was handed over, and to which room; a new object each time. */
  readonly handed: ReadonlySignal<{ room: RoomName; row: HandedRow } | null>;
  /** Brings a room to the front, with a row to begin with where one is given. */
  open(room: RoomName, row?: HandedRow): void;
}

/** What a room is: a component of the whole width; it keeps its own state while another room is in front. */
export interface RoomProps {
  app: App;
}
