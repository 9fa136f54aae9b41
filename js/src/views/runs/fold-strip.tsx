/** The scores of the folds as ticks on one scale, so that spreads can be compared down a column. */
import type { App } from "../../app";

export interface FoldStripProps {
  app: App;
  names: readonly string[];
  values: readonly (number | null)[];
  /** Least and greatest of all that are compared. */
  ends: readonly [number, number];
}

const WIDTH = 120;
const EDGE = 3;

export function FoldStrip({ app, names, values, ends: [low, high] }: FoldStripProps) {
  const { fmt } = app;
  const said = values.map((value, index) => `${names[index] ?? index + 1}: ${fmt.number(value)}`).join("\n");
  const place = (value: number) => EDGE + ((value - low) / (high - low || 1)) * (WIDTH - 2 * EDGE);
  return (
    <svg class="nbml-fold-strip" viewBox={`0 0 ${WIDTH} 16`} role="img" aria-label={said}>
      <title>{said}</title>
      <line x1={EDGE} x2={WIDTH - EDGE} y1="8" y2="8" />
      {values.map(
        (value, index) => value !== null && <circle key={index} cx={place(value)} cy="8" r="2.5" />,
      )}
    </svg>
  );
}
