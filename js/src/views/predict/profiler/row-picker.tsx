/** Training rows to start from: found by words, the extremes of a target, or at random. */
import { useEffect, useState } from "preact/hooks";
import type { Body } from "../../../protocol/client";
import { Closed, KernelFault } from "../../../protocol/client";
import type { ModelView, PickedRow, PickedRows } from "../../../protocol/types";
import {
  Button,
  type Column,
  Dialog,
  FaultNotice,
  Field,
  Row,
  Segmented,
  Select,
  Stack,
  Table,
  TextBox,
} from "../../../ui";
import type { PredictModel } from "../model";
import { placesOfStep } from "./scale";

type How = Body<"predict.rows">["how"] & string;
const WAYS: readonly How[] = ["search", "highest", "lowest", "random"];
const TYPING_MS = 200;
const MOST_COLUMNS = 12;

export function RowPicker({
  model,
  opened,
  onClose,
}: {
  model: PredictModel;
  opened: ModelView;
  onClose: () => void;
}) {
  const { t, fmt, client } = model.app;
  const [how, setHow] = useState<How>("search");
  const [target, setTarget] = useState(0);
  const [words, setWords] = useState("");
  const [seed, setSeed] = useState(0);
  const [found, setFound] = useState<PickedRows | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const ask = () =>
      client
        .ask(
          "predict.rows",
          { job_id: opened.job_id, how, target, words, seed, count: 50 },
          { signal: stop.signal },
        )
        .then(
          rows => {
            setFound(rows);
            setFault(null);
          },
          error => {
            if (error instanceof KernelFault) setFault(error);
          },
        );
    const timer = setTimeout(ask, found ? TYPING_MS : 0);
    return () => {
      clearTimeout(timer);
      stop.abort(new Closed());
    };
  }, [client, opened.job_id, how, target, words, seed]);
  const use = (row: PickedRow) => {
    model.profiler.take(row.values, row.row);
    onClose();
  };
  const columns: Column<PickedRow>[] = [
    {
      key: "use",
      title: t("predict_room.pick.row"),
      width: "7.5rem",
      cell: row => (
        <Button
          small
          kind="quiet"
          onClick={() => use(row)}
          label={t("predict_room.pick.use", { row: fmt.count(row.row + 1) })}
        >
          {t("predict_room.pick.number", { row: fmt.count(row.row + 1) })}
        </Button>
      ),
    },
    ...opened.targets.map(
      (one, place): Column<PickedRow> => ({
        key: `t${place}`,
        title: <bdi>{one.label}</bdi>,
        label: one.name,
        width: "minmax(5.5rem, 1fr)",
        align: "end",
        cell: row => fmt.number(row.measured[place]),
        value: row => row.measured[place] ?? null,
      }),
    ),
    ...opened.order.slice(0, MOST_COLUMNS).map((place): Column<PickedRow> => {
      const input = opened.inputs[place];
      return {
        key: `i${place}`,
        title: <bdi>{input?.label}</bdi>,
        label: input?.name,
        width: "minmax(5.5rem, 1fr)",
        align: input?.kind === "category" ? "start" : "end",
        cell: row => {
          const value = row.values[place];
          return typeof value === "number" && input ? fmt.number(value, placesOfStep(input)) : (value ?? "–");
        },
        value: row => row.values[place] ?? null,
      };
    }),
  ];
  return (
    <Dialog title={t("predict_room.pick.title")} onClose={onClose} wide>
      <Stack>
        <Row>
          <Segmented<How>
            label={t("predict_room.pick.how")}
            value={how}
            onChange={setHow}
            options={WAYS.map(way => ({ value: way, label: t(`predict_room.pick.${way}`) }))}
          />
          {how === "random" && (
            <Button small onClick={() => setSeed(seed + 1)}>
              {t("predict_room.pick.others")}
            </Button>
          )}
          {(how === "highest" || how === "lowest") && opened.targets.length > 1 && (
            <Select
              label={t("predict_room.pick.target")}
              value={String(target)}
              options={opened.targets.map((one, place) => ({ value: String(place), label: one.label }))}
              onChange={place => setTarget(Number(place))}
            />
          )}
        </Row>
        <Field label={t("predict_room.pick.words")} help={t("predict_room.pick.words.help")}>
          <TextBox type="search" value={words} onChange={setWords} maxLength={200} />
        </Field>
        {fault && <FaultNotice fault={fault} />}
        <Table
          label={t("predict_room.pick.title")}
          columns={columns}
          rows={found?.rows ?? []}
          rowKey={row => String(row.row)}
          height="18rem"
          onOpen={use}
          empty={found ? t("predict_room.pick.none") : t("predict_room.waiting")}
        />
        {found && found.found > found.rows.length && (
          <p class="nbml-quiet">
            {t("predict_room.pick.more", { shown: found.rows.length, n: fmt.count(found.found) })}
          </p>
        )}
      </Stack>
    </Dialog>
  );
}
