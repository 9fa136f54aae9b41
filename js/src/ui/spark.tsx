import { classes } from "./classes";

export interface SparkProps {
  /** Counts from left to right. */
  bins: readonly number[];
  /** What it shows, in words. */
  label: string;
  width?: number;
  height?: number;
  /** Bins to bring out, from and to (past the end): the range in use. */
  highlight?: readonly [number, number];
  /** Levels of a category stand apart, bins of a number touch. */
  apart?: boolean;
}

/** A histogram the size of a word. Small counts stay visible. */
export function Spark({ bins, label, width = 96, height = 22, highlight, apart }: SparkProps) {
  const most = Math.max(1, ...bins);
  const step = bins.length ? width / bins.length : width;
  const gap = Math.min(apart ? 2 : 0.5, step / 3);
  return (
    <svg
      class="nbml-spark"
      viewBox={`0 0 ${width} ${height}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      {bins.map((count, index) => {
        const tall = count ? Math.max(1, (count / most) * (height - 1)) : 0;
        const isIn = !highlight || (index >= highlight[0] && index < highlight[1]);
        return (
          <rect
            key={index}
            class={classes(!isIn && "spark-out")}
            x={index * step + gap / 2}
            y={height - tall}
            width={Math.max(0.5, step - gap)}
            height={tall}
          />
        );
      })}
      <line x1={0} x2={width} y1={height - 0.25} y2={height - 0.25} />
    </svg>
  );
}
