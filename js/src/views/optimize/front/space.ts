/** Three axes seen from a side, drawn flat: WebGL in space would make code in the page, which many pages forbid. */

/** Degrees: around the upright axis, and up to looking down on it. */
export interface Look {
  turn: number;
  tilt: number;
}

export const USUAL_LOOK: Look = { turn: 35, tilt: 25 };

type Column = readonly (number | string | null | undefined)[];

export interface Flat {
  x: (number | null)[];
  y: (number | null)[];
}

export interface Space {
  /** Where points stand on the paper; a column an axis. */
  flat(columns: readonly Column[]): Flat;
  /** The edges of the box, and the names and ends of its axes. */
  frame: Record<string, unknown>[];
  layout: Record<string, unknown>;
}

const ENDS = [-1, 1] as const;
const CORNERS = ENDS.flatMap(x => ENDS.flatMap(y => ENDS.map(z => [x, y, z] as const)));
/** The edge that carries an axis: where it begins, and on which side its low end, its name and its high end stand. */
const CARRIERS = [
  { from: [-1, -1, -1], sides: ["bottom right", "bottom center", "bottom left"] },
  { from: [1, -1, -1], sides: ["bottom right", "bottom center", "bottom center"] },
  { from: [-1, -1, -1], sides: ["middle left", "middle left", "middle left"] },
] as const;
const LINE = "#8c8c8c";
/** Between a word and the corner it stands at. */
const GAP = "\u2002";

const degrees = (angle: number) => (angle * Math.PI) / 180;
const brief = (value: number) => String(Number(value.toPrecision(3)));

/** `names` as they are drawn; `columns`: all values of an axis, which span its edge. */
export function spaceOf(names: readonly string[], columns: readonly Column[], look: Look): Space {
  const spans = columns.map(column => {
    const numbers = column.filter((cell): cell is number => typeof cell === "number");
    return numbers.length ? ([least(numbers), -least(numbers.map(n => -n))] as const) : ([0, 1] as const);
  });
  const [sinTurn, cosTurn] = [Math.sin(degrees(look.turn)), Math.cos(degrees(look.turn))];
  const [sinTilt, cosTilt] = [Math.sin(degrees(look.tilt)), Math.cos(degrees(look.tilt))];
  const seen = (x: number, y: number, z: number) =>
    [x * cosTurn + y * sinTurn, z * cosTilt + (y * cosTurn - x * sinTurn) * sinTilt] as const;
  const inBox = (cell: Column[number], axis: number) => {
    const [low, high] = spans[axis] ?? [0, 1];
    return typeof cell === "number" ? (high > low ? (2 * (cell - low)) / (high - low) - 1 : 0) : null;
  };
  const flat = ([xs = [], ys = [], zs = []]: readonly Column[]): Flat => {
    const points = xs.map((cell, row) => {
      const [x, y, z] = [inBox(cell, 0), inBox(ys[row], 1), inBox(zs[row], 2)];
      return x === null || y === null || z === null ? null : seen(x, y, z);
    });
    return { x: points.map(point => point?.[0] ?? null), y: points.map(point => point?.[1] ?? null) };
  };
  const edges = CORNERS.flatMap(corner =>
    [0, 1, 2]
      .filter(axis => corner[axis] === -1)
      .flatMap(axis => [seen(...corner), seen(...moved(corner, axis, 1)), null]),
  );
  const words = CARRIERS.flatMap(({ from, sides }, axis) => {
    const [low, high] = spans[axis] ?? [0, 1];
    const said = [brief(low), names[axis] ?? "", brief(high)];
    return said.map((text, place) => {
      const side = sides[place] ?? sides[1];
      const apart = side.endsWith("right") ? `${GAP}${text}` : side.endsWith("left") ? `${text}${GAP}` : text;
      return { at: seen(...moved(from, axis, place - 1)), text: apart, side };
    });
  });
  const quiet = { hoverinfo: "skip", showlegend: false, cliponaxis: false };
  return {
    flat,
    frame: [
      {
        ...quiet,
        type: "scatter",
        mode: "lines",
        x: edges.map(point => point?.[0] ?? null),
        y: edges.map(point => point?.[1] ?? null),
        line: { color: LINE, width: 1 },
      },
      {
        ...quiet,
        type: "scatter",
        mode: "text",
        x: words.map(word => word.at[0]),
        y: words.map(word => word.at[1]),
        text: words.map(word => word.text),
        textposition: words.map(word => word.side),
      },
    ],
    layout: {
      xaxis: { visible: false, range: [-2.3, 2.1] },
      yaxis: { visible: false, range: [-1.9, 1.9], scaleanchor: "x" },
    },
  };
}

const least = (numbers: readonly number[]) => numbers.reduce((low, n) => Math.min(low, n), Infinity);

function moved(corner: readonly [number, number, number], axis: number, to: number) {
  return corner.map((value, at) => (at === axis ? to : value)) as [number, number, number];
}
