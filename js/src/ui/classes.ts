/** Class names of a component: those that are there, prefixed. */
export function classes(...names: (string | false | null | undefined)[]): string {
  return names
    .filter(Boolean)
    .map(name => `nbml-${name}`)
    .join(" ");
}
