/** How the table was read: one sentence whose words change it, and what deserves a look. */
import { Fragment } from "preact";
import { Button, Disclosure, FaultNotice, Notice, Section } from "../../ui";
import type { DataModel } from "./model";
import { WordControl } from "./word";

export function Report({ model, onTypes }: { model: DataModel; onTypes: () => void }) {
  const { t, fmt } = model.app;
  const { value: view } = model.view;
  if (!view?.source) return null;
  const look = view.decisions.filter(decision => decision.severity === "warning");
  const { value: fault } = model.fault;
  const { suggestion } = view;
  return (
    <Section title={t(view.fault ? "data_room.report.failed" : "data_room.report.title")}>
      {view.fault && (
        <FaultNotice
          fault={view.fault}
          action={
            suggestion
              ? {
                  label: suggestion.text,
                  onClick: () => model.change("data.reread", { encoding: suggestion.value }),
                }
              : undefined
          }
        />
      )}
      {view.words.length > 0 && (
        <p class="nbml-data-sentence">
          {view.fault && `${t("data_room.report.try")} `}
          {view.words.map((word, index) => (
            <Fragment key={`${word.control}-${index}`}>
              <span class="nbml-data-word-end">
                <WordControl model={model} word={word} onTypes={onTypes} />
                {index < view.words.length - 1
                  ? t("data_room.report.sep").trim()
                  : !view.fault && t("data_room.report.end")}
              </span>
              {t("data_room.report.sep").endsWith(" ") && " "}
            </Fragment>
          ))}
        </p>
      )}
      {fault && !fault.field?.startsWith("columns.") && (
        <FaultNotice fault={fault} onDismiss={() => (model.fault.value = null)} />
      )}
      {look.length > 0 && (
        <Disclosure
          summary={t("data_room.report.look", { n: fmt.count(look.length) }, look.length)}
          open={look.length < 4}
        >
          <Decisions model={model} lines={look} />
        </Disclosure>
      )}
      {view.decisions.length > look.length && (
        <Disclosure summary={t("data_room.report.all")}>
          <Decisions model={model} lines={view.decisions.filter(decision => decision.severity === "note")} />
        </Disclosure>
      )}
    </Section>
  );
}

type Lines = NonNullable<DataModel["view"]["value"]>["decisions"];

function Decisions({ model, lines }: { model: DataModel; lines: Lines }) {
  const { t } = model.app;
  return (
    <ul class="nbml-data-decisions">
      {lines.map((line, index) => (
        <li key={index}>
          <bdi>{line.text}</bdi>
          {line.offer && line.columns.length > 0 && (
            <>
              {" "}
              <Button
                small
                busy={model.busy.value !== null}
                onClick={() =>
                  model.edit(line.columns, line.offer === "convert" ? { convert: true } : { words: "keep" })
                }
              >
                {t(`data_room.report.${line.offer}`)}
              </Button>
            </>
          )}
        </li>
      ))}
    </ul>
  );
}

/** What was decided about rows, each with a way back. */
export function RowDecisions({ model }: { model: DataModel }) {
  const { t } = model.app;
  return (
    <>
      {model.view.value?.rows.map(({ what, text }) => (
        <Notice
          key={what}
          action={{
            label: t("data_room.checks.take_back"),
            busy: model.busy.value !== null,
            onClick: () => model.change("data.take_back", { what }),
          }}
        >
          {text}
        </Notice>
      ))}
    </>
  );
}
