/** What is wanted, what may be set, what must hold, how long to look. */
import { isFinished } from "../../../state/job";
import {
  Button,
  Checkbox,
  Disclosure,
  FaultNotice,
  MultiCombo,
  NumberBox,
  Segmented,
  Select,
  TextBox,
} from "../../../ui";
import { CodeFold } from "../code-fold";
import { isWrong } from "../setting";
import { Constraints } from "./constraints";
import { Goals } from "./goals";
import { Inputs } from "./inputs";
import { Light } from "./light";
import { type FormProps, Notes, noteId } from "./notes";

const EFFORT = { quick: 2_000, normal: 10_000, thorough: 100_000 } as const;
type Effort = keyof typeof EFFORT;
const ENGINES = [
  "nsga2",
  "optuna-tpe",
  "optuna-nsga2",
  "optuna-nsga3",
  "optuna-gp",
  "optuna-random",
  "optuna-qmc",
];

export function Form({ app, setting }: FormProps) {
  const form = setting.form.value;
  const draft = setting.draft.value;
  if (!form || !draft) return null;
  const { t, fmt } = app;
  const names = new Map(draft.runs.map(run => [run.id, run]));
  const runs = [...new Set([...draft.runs.map(run => run.id), ...form.runs])];
  const effort = (Object.keys(EFFORT) as Effort[]).find(name => EFFORT[name] === form.evaluations) ?? null;
  return (
    <form
      class="nbml-stack"
      inert={setting.isLoading.value}
      onKeyDown={event => {
        const isText = event.target instanceof HTMLInputElement && event.target.type === "text";
        if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || isText) return;
        event.preventDefault();
        if (event.shiftKey) setting.redo();
        else setting.undo();
      }}
      onSubmit={event => {
        event.preventDefault();
        const room = event.currentTarget.closest(".nbml-room");
        setting.start().then(isBegun => isBegun && room?.scrollTo?.({ top: 0 }));
      }}
    >
      <Part title={t("optimize_room.models")}>
        <MultiCombo
          label={t("optimize_room.models.choose")}
          value={form.runs}
          options={runs.map(id => ({
            value: id,
            label: names.get(id)?.title ?? id,
            hint: [names.get(id)?.targets.join(", "), fmt.ago(names.get(id)?.created)]
              .filter(Boolean)
              .join(" · "),
          }))}
          onChange={chosen => chosen.length > 0 && setting.load(chosen)}
        />
        <Notes setting={setting} field="runs" />
        {setting.fault.value && <FaultNotice fault={setting.fault.value} />}
      </Part>
      <Goals app={app} setting={setting} />
      <Inputs app={app} setting={setting} />
      <Constraints app={app} setting={setting} />
      <Part title={t("optimize_room.effort")}>
        <Segmented
          label={t("optimize_room.effort")}
          value={effort}
          options={(Object.keys(EFFORT) as Effort[]).map(name => ({
            value: name,
            label: t(`optimize_room.effort.${name}`),
            hint: t("optimize_room.effort.hint", { n: fmt.count(EFFORT[name]) }),
          }))}
          onChange={name => setting.change({ evaluations: EFFORT[name] })}
        />{" "}
        <span class="nbml-quiet">{t("optimize_room.effort.hint", { n: fmt.count(form.evaluations) })}</span>
      </Part>
      <Disclosure summary={t("optimize_room.advanced")}>
        <div class="nbml-optimize-pair">
          {(["evaluations", "size", "interval", "seed", "minutes", "prove_s"] as const).map(name => (
            <span key={name} class="nbml-optimize-labelled">
              <span>{t(`optimize_room.${name}`)}</span>
              <NumberBox
                label={t(`optimize_room.${name}`)}
                value={form[name]}
                isWrong={isWrong(setting, name)}
                placeholder={name === "prove_s" ? t("optimize_room.prove_s.none") : undefined}
                onChange={value => setting.change({ [name]: value })}
              />
              <Notes setting={setting} field={name} />
            </span>
          ))}
          <span class="nbml-optimize-labelled">
            <span>{t("optimize_room.engine")}</span>
            <Select
              label={t("optimize_room.engine")}
              value={form.engine}
              options={ENGINES.map(value => ({ value, label: value === "nsga2" ? "nbml (NSGA-II)" : value }))}
              onChange={engine => setting.change({ engine })}
            />
          </span>
          <span class="nbml-optimize-labelled">
            <span>{t("optimize_room.name")}</span>
            <TextBox
              label={t("optimize_room.name")}
              value={form.name ?? ""}
              maxLength={200}
              onChange={name => setting.change({ name: name || null })}
            />
          </span>
        </div>
      </Disclosure>
      <CodeFold app={app} form={form} />
      <div class="nbml-optimize-foot">
        <Light app={app} setting={setting} />
        <Start app={app} setting={setting} />
      </div>
    </form>
  );
}

export function Part({ title, aside, children }: { title: string; aside?: unknown; children: unknown }) {
  return (
    <section class="nbml-optimize-part" aria-label={title}>
      <div class="nbml-section-head">
        <h3 class="nbml-section-title">{title}</h3>
        {aside ? <div class="nbml-section-aside">{aside as never}</div> : null}
      </div>
      {children as never}
    </section>
  );
}

/** The one step of the room, and what still stands in its way. */
function Start({ app, setting }: FormProps) {
  const { t, store } = app;
  const job = store.job.value;
  const line = store.state.value.job;
  const isRunning = Boolean(job && !isFinished(job.snapshot) && line?.state !== "interrupted");
  const errors = setting.errors.value;
  const clash = setting.draft.value?.feasibility.state === "clash";
  const { value: refused } = setting.refused;
  const show = () => {
    const first = errors[0];
    if (!first) return;
    const [part, number] = first.field.split(".");
    const place = document.getElementById(noteId(number === undefined ? first.field : `${part}.${number}`));
    (place?.closest("details") as HTMLDetailsElement | null)?.setAttribute("open", "");
    place?.scrollIntoView?.({ block: "center" });
  };
  return (
    <div class="nbml-optimize-go">
      {refused && <FaultNotice fault={refused} />}
      {line?.task === "optimize" && job && isFinished(job.snapshot) && (
        <Checkbox
          checked={setting.form.value?.after === line.id}
          onChange={on => setting.change({ after: on ? line.id : null })}
        >
          {t("optimize_room.after")}
        </Checkbox>
      )}
      <Button
        kind="primary"
        type="submit"
        busy={setting.isStarting.value}
        disabled={errors.length > 0 || clash || isRunning}
      >
        {t(line?.task === "optimize" ? "optimize_room.start.again" : "optimize_room.start")}
      </Button>
      {(["undo", "redo"] as const).map(step => (
        <Button
          key={step}
          kind="quiet"
          disabled={!(step === "undo" ? setting.canUndo : setting.canRedo).value}
          onClick={() => setting[step]()}
        >
          {t(`optimize_room.${step}`)}
        </Button>
      ))}
      {errors.length > 0 && (
        <Button kind="quiet" onClick={show}>
          {t("optimize_room.faults", { n: errors.length }, errors.length)}
        </Button>
      )}
    </div>
  );
}
