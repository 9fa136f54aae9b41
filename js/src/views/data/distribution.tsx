/** A column's distribution the size of a word. */
import type { ColumnLine, ColumnProfile } from "../../protocol/types";
import { Spark } from "../../ui";

interface Props {
  profile: ColumnProfile | undefined;
  label: string;
  width?: number;
  height?: number;
}

export function Distribution({ profile, label, width = 96, height = 22 }: Props) {
  if (!profile) return <span class="nbml-data-spark-waits" style={{ height: `${height}px` }} />;
  const isLevels = profile.shape === "levels";
  const bins = isLevels ? profile.levels.map(level => level.rows) : profile.bars;
  return <Spark bins={bins} label={label} width={width} height={height} apart={isLevels} />;
}

/** Whether a column is a quantity: drawn at the end of its cell, and as bars over a range. */
export function isQuantity(column: ColumnLine): boolean {
  return column.kind === "number" || column.kind === "integer";
}
