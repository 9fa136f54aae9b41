/** Points that were pinned, beside the current one: what differs, and what is predicted. */
import type { App } from "../../../app";
import type { InputLine, ModelView } from "../../../protocol/types";
import { Button } from "../../../ui";
import type { Profiler } from "./profiler-model";
import { type Cell, placesOfStep } from "./scale";
import { placesOf } from "./target-head";

export function Pins({ app, opened, profiler }: { app: App; opened: ModelView; profiler: Profiler }) {
  const { t, fmt } = app;
  const pins = profiler.pins.value;
  const row = profiler.row.value;
  const view = profiler.view.value;
  if (!pins.length) return null;
  const differing = opened.inputs
    .map((input, place) => ({ input, place }))
    .filter(({ place }) => pins.some(pin => pin.row[place] !== row[place]));
  const told = (input: InputLine, value: Cell | undefined) =>
    value === null || value === undefined
      ? t("predict_room.input.missing")
      : typeof value === "number"
        ? fmt.number(value, placesOfStep(input))
        : value;
  return (
    <div class="nbml-predict-pins">
      <table class="nbml-predict-compare">
        <thead>
          <tr>
            <th scope="col">{t("predict_room.pins")}</th>
            <th scope="col">{t("predict_room.pins.now")}</th>
            {pins.map((pin, number) => (
              <th key={pin.name} scope="col">
                <svg
                  class={`nbml-predict-ghost nbml-predict-ghost-${number}`}
                  viewBox="0 0 24 6"
                  aria-hidden="true"
                >
                  <path d="M0 3H24" />
                </svg>{" "}
                {pin.name}{" "}
                <Button small kind="quiet" onClick={() => profiler.take(pin.row)}>
                  {t("predict_room.pins.go", { name: pin.name })}
                </Button>
                <Button small kind="quiet" onClick={() => profiler.unpin(pin.name)}>
                  {t("predict_room.pins.remove", { name: pin.name })}
                </Button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody class="nbml-figures">
          {opened.targets.map((target, place) => (
            <tr key={target.name} class="nbml-predict-answer">
              <th scope="row">
                <bdi>{target.label}</bdi>
              </th>
              {[view, ...pins.map(pin => pin.view)].map((one, number) => {
                const here = one?.here[place];
                return (
                  <td key={number === 0 ? "now" : pins[number - 1]?.name}>
                    {here ? fmt.number(here.predicted, placesOf(here, target.families[0])) : "–"}
                  </td>
                );
              })}
            </tr>
          ))}
          {differing.map(({ input, place }) => (
            <tr key={input.name}>
              <th scope="row">
                <bdi>{input.label}</bdi>
              </th>
              <td>{told(input, row[place])}</td>
              {pins.map(pin => (
                <td key={pin.name}>{told(input, pin.row[place])}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
