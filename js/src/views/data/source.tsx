/** Where the table comes from: DataFrames of the kernel, files, data sets trained on before, a file that is dropped. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { App } from "../../app";
import { type Body, KernelFault } from "../../protocol/client";
import type { FolderView, Sources } from "../../protocol/types";
import { Button, Dropzone, Empty, FaultNotice, ProgressBar, Segmented, Select } from "../../ui";
import { useAsk } from "../use-ask";
import { upload } from "./upload";

const ACCEPT = ".csv,.tsv,.tab,.txt,.dat,.gz,.zip,.xlsx,.parquet,.pq,.feather,.arrow";
type From = "kernel" | "files" | "kept";
export type ChosenSource = Exclude<Body<"data.choose">["source"], { kind: "example" }>;

export interface SourceProps {
  app: App;
  /** Something is read; nothing else can be chosen meanwhile. */
  isBusy: boolean;
  /** Reads a source; whether that went well. */
  choose: (source: ChosenSource) => Promise<boolean>;
  onChosen?: () => void;
}

export function Source({ app, isBusy, choose: read, onChosen }: SourceProps) {
  const { t, client, fmt } = app;
  const [sources, setSources] = useState<Sources | null>(null);
  const [from, setFrom] = useState<From | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const refresh = () =>
    client.ask("data.sources", {}).then(
      found => {
        setSources(found);
        setFrom(before => before ?? (found.frames.length || !found.roots.length ? "kernel" : "files"));
        setFault(null);
      },
      error => error instanceof KernelFault && setFault(error),
    );
  useEffect(() => {
    refresh();
  }, []);
  const choose = async (source: ChosenSource) => {
    if (await read(source)) onChosen?.();
  };
  return (
    <div class="nbml-data-source">
      {fault && <FaultNotice fault={fault} />}
      <Segmented<From>
        label={t("data_room.source.title")}
        value={from}
        onChange={setFrom}
        options={[
          { value: "kernel", label: t("data_room.source.kernel") },
          { value: "files", label: t("data_room.source.files") },
          { value: "kept", label: t("data_room.source.kept") },
        ]}
      />
      {from === "kernel" && (
        <div class="nbml-data-entries" role="group" aria-label={t("data_room.source.frames")}>
          {sources?.frames.map(frame => (
            <button
              key={frame.name}
              type="button"
              class="nbml-data-entry"
              disabled={isBusy}
              onClick={() => choose({ kind: "frame", name: frame.name })}
            >
              <bdi class="nbml-data-entry-name">{frame.name}</bdi>
              <span class="nbml-quiet nbml-figures">
                {t("data_room.source.shape", {
                  rows: fmt.count(frame.n_rows),
                  columns: fmt.count(frame.n_columns),
                })}
              </span>
            </button>
          ))}
          {sources && !sources.frames.length && (
            <p class="nbml-quiet">{t("data_room.source.frames_empty")}</p>
          )}
          <div>
            <Button small kind="quiet" onClick={refresh}>
              {t("data_room.source.refresh")}
            </Button>
          </div>
        </div>
      )}
      {from === "files" && sources && <Files app={app} isBusy={isBusy} sources={sources} choose={choose} />}
      {from === "kept" && <Kept app={app} isBusy={isBusy} choose={choose} />}
      <Drop app={app} isBusy={isBusy} most={sources?.upload_bytes} choose={choose} />
    </div>
  );
}

interface KeptProps {
  app: App;
  isBusy: boolean;
  choose: (source: ChosenSource) => Promise<void>;
}

/** Versions of data sets whose rows a training has kept. */
function Kept({ app, isBusy, choose }: KeptProps) {
  const { t, fmt } = app;
  const { value: found, fault } = useAsk(app, "data.kept", {});
  if (fault) return <FaultNotice fault={fault} />;
  if (!found) return <p class="nbml-quiet">{t("data_room.source.kept_reading")}</p>;
  const users = new Set(found.versions.map(one => one.user));
  return (
    <div class="nbml-data-entries" role="group" aria-label={t("data_room.source.kept_list")}>
      {found.versions.map(one => (
        <button
          key={one.job_id}
          type="button"
          class="nbml-data-entry nbml-data-entry-tall"
          disabled={isBusy}
          onClick={() => choose({ kind: "kept", job_id: one.job_id })}
        >
          <bdi class="nbml-data-entry-name">{one.name}</bdi>
          <span class="nbml-quiet">{t("data_room.source.kept_version", { n: one.version })}</span>
          <span class="nbml-quiet nbml-data-entry-more">
            {t(users.size > 1 ? "data_room.source.kept_used_by" : "data_room.source.kept_used", {
              shape: t("data_room.source.shape", {
                rows: fmt.count(one.n_rows),
                columns: fmt.count(one.n_columns),
              }),
              when: fmt.date(one.used),
              title: one.title,
              user: one.user,
            })}
          </span>
        </button>
      ))}
      {!found.versions.length && <p class="nbml-quiet">{t("data_room.source.kept_empty")}</p>}
      {found.elsewhere > 0 && (
        <p class="nbml-quiet">
          {t("data_room.source.elsewhere", { n: fmt.count(found.elsewhere) }, found.elsewhere)}
        </p>
      )}
    </div>
  );
}

interface FilesProps {
  app: App;
  isBusy: boolean;
  sources: Sources;
  choose: (source: ChosenSource) => Promise<void>;
}

function Files({ app, isBusy, sources, choose }: FilesProps) {
  const { t, client, fmt } = app;
  const [place, setPlace] = useState<{ root: number; path: string[] }>({ root: 0, path: [] });
  const [folder, setFolder] = useState<FolderView | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const [isAll, setAll] = useState(false);
  useEffect(() => {
    if (!sources.roots.length) return;
    let isGone = false;
    client.ask("data.folder", place).then(
      found => {
        if (isGone) return;
        setFolder(found);
        setFault(null);
      },
      error => !isGone && error instanceof KernelFault && setFault(error),
    );
    return () => {
      isGone = true;
    };
  }, [place, sources]);
  if (!sources.roots.length) return <Empty title={t("data_room.source.no_roots")} />;
  const others = folder?.files.filter(file => !file.is_table).length ?? 0;
  const shown = folder?.files.filter(file => isAll || file.is_table) ?? [];
  const here = sources.roots.find(root => root.place === place.root)?.name ?? "";
  return (
    <div class="nbml-data-files">
      {sources.roots.length > 1 && (
        <Select
          label={t("data_room.source.files")}
          value={String(place.root)}
          options={sources.roots.map(root => ({ value: String(root.place), label: root.name }))}
          onChange={root => setPlace({ root: Number(root), path: [] })}
        />
      )}
      <div class="nbml-data-path">
        <bdi>{[here, ...place.path].join(" / ")}</bdi>
        {place.path.length > 0 && (
          <Button
            small
            kind="quiet"
            onClick={() => setPlace({ root: place.root, path: place.path.slice(0, -1) })}
          >
            {t("data_room.source.up")}
          </Button>
        )}
      </div>
      {fault && <FaultNotice fault={fault} />}
      <div class="nbml-data-entries" role="group" aria-label={here}>
        {folder?.folders.map(name => (
          <button
            key={`/${name}`}
            type="button"
            class="nbml-data-entry"
            aria-label={t("data_room.source.folder", { name })}
            onClick={() => setPlace({ root: place.root, path: [...place.path, name] })}
          >
            <bdi class="nbml-data-entry-name">{name}/</bdi>
          </button>
        ))}
        {shown.map(file => (
          <button
            key={file.name}
            type="button"
            class="nbml-data-entry"
            disabled={isBusy}
            title={file.is_table ? undefined : t("data_room.source.not_table")}
            onClick={() =>
              choose({
                kind: "file",
                root: place.root,
                path: within(place.path, file.name),
              })
            }
          >
            <bdi class="nbml-data-entry-name">{file.name}</bdi>
            <span class="nbml-quiet nbml-figures">{fmt.bytes(file.size)}</span>
          </button>
        ))}
        {folder && !folder.folders.length && !shown.length && (
          <p class="nbml-quiet">{t("data_room.source.folder_empty")}</p>
        )}
      </div>
      {!isAll && others > 0 && (
        <Button small kind="quiet" onClick={() => setAll(true)}>
          {t("data_room.source.others", { n: fmt.count(others) }, others)}
        </Button>
      )}
      {folder !== null && folder.more > 0 && (
        <p class="nbml-quiet">{t("data_room.source.more", { n: fmt.count(folder.more) })}</p>
      )}
    </div>
  );
}

interface DropProps {
  app: App;
  isBusy: boolean;
  most: number | undefined;
  choose: (source: ChosenSource) => Promise<void>;
}

function Drop({ app, isBusy, most, choose }: DropProps) {
  const { t, client, fmt } = app;
  const [sending, setSending] = useState<{ name: string; share: number } | null>(null);
  const [fault, setFault] = useState<KernelFault | null>(null);
  const stop = useRef<AbortController | null>(null);
  useEffect(() => () => stop.current?.abort(), []);
  const send = async (file: File) => {
    const { name } = file;
    stop.current = new AbortController();
    setSending({ name, share: 0 });
    setFault(null);
    try {
      const upload_id = await upload(client, file, {
        signal: stop.current.signal,
        onProgress: share => setSending({ name, share }),
      });
      await choose({ kind: "upload", upload_id });
    } catch (error) {
      if (error instanceof KernelFault) setFault(error);
    } finally {
      setSending(null);
    }
  };
  return (
    <>
      <Dropzone
        label={t("data_room.source.drop")}
        accept={ACCEPT}
        disabled={sending !== null || isBusy}
        onFiles={([file]) => file && send(file)}
      >
        {most !== undefined && t("data_room.source.drop_here", { size: fmt.bytes(most) })}
      </Dropzone>
      {sending && (
        <ProgressBar value={sending.share} label={t("data_room.source.sending", { name: sending.name })}>
          <span class="nbml-data-sending">{t("data_room.source.sending", { name: sending.name })}</span>
          <Button small kind="quiet" onClick={() => stop.current?.abort()}>
            {t("data_room.source.cancel")}
          </Button>
        </ProgressBar>
      )}
      {fault && <FaultNotice fault={fault} onDismiss={() => setFault(null)} />}
    </>
  );
}

function within([first, ...others]: readonly string[], name: string): [string, ...string[]] {
  return first === undefined ? [name] : [first, ...others, name];
}
