/** Runs: every job of this user; find, open, compare, name, note, delete, and see what came from what. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { RoomProps } from "../../app";
import type { KernelFault } from "../../protocol/client";
import type { DeletedJob, JobSummary, RunList } from "../../protocol/types";
import { Button, Empty, FaultNotice, Notice, Row, Segmented, Stack, TextBox } from "../../ui";
import { Comparison } from "./comparison";
import { Detail } from "./detail";
import { RunTable } from "./run-table";
import "./runs.css";

const REFRESH_MS = 2000;
const TYPING_MS = 200;
const PAGE = 200;
export const MOST_COMPARED = 8;

type Which = "any" | "running" | "ended";

export function RunsRoom({ app }: RoomProps) {
  const { client, store, t, fmt } = app;
  const [search, setSearch] = useState("");
  const [which, setWhich] = useState<Which>("any");
  const [list, setList] = useState<RunList | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [deleted, setDeleted] = useState<(DeletedJob & { title: string }) | null>(null);
  const isInFront = app.room.value === "runs";
  const inHand = store.state.value.job;
  const asked = useRef(0);

  const refresh = useCallback(async () => {
    asked.current += 1;
    const mine = asked.current;
    try {
      const found = await client.ask("runs.list", { search, state: which, limit: PAGE, offset: 0 });
      if (mine !== asked.current) return;
      setList(found);
      setFault(null);
    } catch (error) {
      if (mine === asked.current) setFault(error as KernelFault);
    }
  }, [client, search, which]);

  useEffect(() => {
    if (!isInFront) return;
    const timer = setTimeout(refresh, list ? TYPING_MS : 0);
    return () => clearTimeout(timer);
  }, [refresh, isInFront, inHand?.id, inHand?.state]);

  const isMoving = list?.lines.some(line => line.state === "running" || line.state === "queued") ?? false;
  useEffect(() => {
    if (!isInFront || !isMoving) return;
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [refresh, isInFront, isMoving]);

  const lines = list?.lines ?? [];
  const picked = useMemo(() => lines.filter(line => chosen.has(line.id)), [lines, chosen]);
  const [one] = picked;

  const act = async (work: Promise<unknown>) => {
    try {
      await work;
      setFault(null);
    } catch (error) {
      setFault(error as KernelFault);
    }
    await refresh();
  };
  const open = async (job_id: string) => {
    try {
      const panel = await client.ask("open_job", { job_id });
      store.adopt(panel);
      app.open(panel.state.job?.task ?? "train");
    } catch (error) {
      setFault(error as KernelFault);
    }
  };
  const remove = async (line: JobSummary) => {
    const gone = await client.ask("runs.delete", { job_id: line.id });
    setDeleted({ ...gone, title: line.title });
    setChosen(new Set());
  };
  const takeBack = async (job_id: string) => {
    await client.ask("runs.restore", { job_id });
    setDeleted(null);
    setChosen(new Set([job_id]));
  };

  const { table, rooms } = store.state.value;
  const first = (table ? (["train"] as const) : (["data", "train"] as const)).find(one =>
    rooms.includes(one),
  );
  if (list && list.total === 0 && !search && which === "any" && !deleted) {
    return (
      <>
        {fault && <FaultNotice fault={fault} />}
        <Empty
          title={t("runs_room.empty.title")}
          action={
            first && (
              <Button kind="primary" onClick={() => app.open(first)}>
                {t(`runs_room.empty.${first}`)}
              </Button>
            )
          }
        >
          {t("runs_room.empty.words", { home: list.home })}
        </Empty>
      </>
    );
  }
  return (
    <Stack>
      <Row>
        <div class="nbml-runs-search">
          <TextBox
            type="search"
            value={search}
            onChange={setSearch}
            label={t("runs_room.search")}
            placeholder={t("runs_room.search")}
            maxLength={500}
          />
        </div>
        <Segmented<Which>
          value={which}
          label={t("runs_room.which")}
          onChange={setWhich}
          options={[
            { value: "any", label: t("runs_room.which.any") },
            { value: "running", label: t("runs_room.which.running") },
            { value: "ended", label: t("runs_room.which.ended") },
          ]}
        />
        <span class="nbml-quiet nbml-runs-count" aria-live="polite">
          {list && t("runs_room.count", { n: fmt.count(list.total) }, list.total)}
          {list && list.total > lines.length && ` ${t("runs_room.first", { n: fmt.count(lines.length) })}`}
        </span>
      </Row>
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
      {deleted && (
        <Notice
          alert
          onDismiss={() => setDeleted(null)}
          action={{ label: t("runs_room.undo"), onClick: () => act(takeBack(deleted.job_id)) }}
        >
          {t("runs_room.deleted", { title: deleted.title, mb: fmt.number(deleted.size_mb, 1) })}
          {deleted.run_id && ` ${t("runs_room.run_stays", { run: deleted.run_id })}`}
        </Notice>
      )}
      <RunTable
        app={app}
        lines={lines}
        isLoading={list === null}
        inHand={inHand?.id ?? null}
        chosen={chosen}
        onChoose={setChosen}
        onOpen={line => open(line.id)}
      />
      {picked.length === 0 && lines.length > 0 && <p class="nbml-quiet">{t("runs_room.choose")}</p>}
      {picked.length === 1 && one && (
        <Detail
          key={one.id}
          app={app}
          line={one}
          onOpen={open}
          onDescribe={change =>
            act(client.ask("runs.describe", { job_id: one.id, name: null, note: null, ...change }))
          }
          onStop={() => act(client.ask("stop_job", { job_id: one.id }))}
          onResume={() => act(client.ask("runs.resume", { job_id: one.id }))}
          onDelete={() => act(remove(one))}
        />
      )}
      {picked.length > MOST_COMPARED && <Notice>{t("runs_room.too_many", { most: MOST_COMPARED })}</Notice>}
      {picked.length > 1 && picked.length <= MOST_COMPARED && (
        <Comparison key={picked.map(line => line.id).join()} app={app} ids={picked.map(line => line.id)} />
      )}
    </Stack>
  );
}
