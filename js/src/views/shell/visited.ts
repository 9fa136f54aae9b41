import { useRef } from "preact/hooks";
import type { RoomName } from "../../app";

/** Rooms that have been in front: they stay drawn, out of sight, with what was typed into them. */
export function useVisited(front: RoomName | null): ReadonlySet<RoomName> {
  const visited = useRef(new Set<RoomName>());
  if (front) visited.current.add(front);
  return visited.current;
}
