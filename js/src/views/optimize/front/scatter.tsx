/** The front as points: any two axes or three, another as colour, training rows behind; a press selects a row. */
import { useMemo, useState } from "preact/hooks";
import type { App } from "../../../app";
import type { MeasuredRows } from "../../../protocol/types";
import { Figure, Select, Slider } from "../../../ui";
import { axisOf, behind, type Front, usualAxes } from "./front";
import { draw } from "./pictures";
import { USUAL_LOOK } from "./space";

export interface ScatterProps {
  app: App;
  front: Front;
  measured: MeasuredRows | null;
  /** Rows that pass the filter; all when left out. */
  shown?: readonly number[];
  selected?: number | null;
  onSelect?: (row: number) => void;
}

type Place = "x" | "y" | "z" | "colour";

export function Scatter({ app, front, measured, shown, selected = null, onSelect }: ScatterProps) {
  const { t } = app;
  const [asked, setAsked] = useState<Partial<Record<Place, string>>>({});
  const [look, setLook] = useState(USUAL_LOOK);
  const usual = usualAxes(front);
  const numbers = front.axes.filter(axis => axis.isNumber);
  const there = (key: string | undefined) => (key && numbers.some(axis => axis.key === key) ? key : null);
  const x = axisOf(front, there(asked.x) ?? usual.x);
  const y = axisOf(front, there(asked.y) ?? usual.y);
  const z = axisOf(front, there(asked.z));
  const used = [x?.key, y?.key, z?.key];
  const next = front.goals.find(key => !used.includes(key)) ?? null;
  const colour = asked.colour === "" ? undefined : axisOf(front, there(asked.colour) ?? next);
  const said = {
    measured: t("optimize_room.measured"),
    front: t("optimize_room.front"),
    knee: t("optimize_room.knee"),
    selected: t("optimize_room.selected"),
  };
  const figure = useMemo(() => {
    if (!x || !y) return null;
    const training = behind(measured, ...(z ? [x, y, z] : [x, y]));
    return draw(front, { x, y, z, colour, look }, training, shown, selected, said);
  }, [front, x?.key, y?.key, z?.key, colour?.key, look, measured, shown, selected, said.measured]);
  if (!x || !y) return null;
  const options = numbers.map(axis => ({ value: axis.key, label: axis.label }));
  const free = (place: Place) =>
    place === "z" ? options.filter(option => option.value !== x.key && option.value !== y.key) : options;
  const none = { value: "", label: t("optimize_room.axis.none") };
  const now: Record<Place, string> = { x: x.key, y: y.key, z: z?.key ?? "", colour: colour?.key ?? "" };
  return (
    <div class="nbml-optimize-scatter">
      <div class="nbml-optimize-axes">
        {(["x", "y", "z", "colour"] as const).map(place => (
          <span key={place} class="nbml-optimize-axis">
            <span>{t(`optimize_room.axis.${place}`)}</span>
            <Select
              label={t(`optimize_room.axis.${place}`)}
              value={now[place]}
              options={place === "x" || place === "y" ? options : [none, ...free(place)]}
              onChange={key => setAsked({ ...asked, [place]: key })}
            />
          </span>
        ))}
        {z &&
          (["turn", "tilt"] as const).map(way => (
            <span key={way} class="nbml-optimize-axis">
              <span>{t(`optimize_room.look.${way}`)}</span>
              <Slider
                label={t(`optimize_room.look.${way}`)}
                value={look[way]}
                min={0}
                max={90}
                step={5}
                format={angle => `${angle}°`}
                onChange={angle => setLook({ ...look, [way]: angle })}
              />
            </span>
          ))}
      </div>
      <Figure
        key={z ? "space" : "plane"}
        figure={figure}
        height={z ? 460 : 360}
        label={t(z ? "optimize_room.scatter.space" : "optimize_room.scatter", {
          x: x.label,
          y: y.label,
          z: z?.label ?? "",
        })}
        onClick={rows => rows[0] !== undefined && rows[0] >= 0 && onSelect?.(rows[0])}
      />
    </div>
  );
}
