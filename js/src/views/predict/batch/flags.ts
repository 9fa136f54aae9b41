/** The flags of a row, taken apart again: as nbml.ml.notes.split_flags. */
export type Word = "outside" | "unseen" | "missing";

export function splitFlags(flags: string): { word: Word; input: string }[] {
  return [...flags.matchAll(/((?:[^\\;]|\\.)+)(?:; |$)/gs)].map(([, part = ""]) => {
    const colon = part.indexOf(":");
    const name = part
      .slice(colon + 1)
      .replace(/\\(.)/gs, (_, letter: string) => ({ n: "\n", r: "\r" })[letter] ?? letter);
    return { word: part.slice(0, colon) as Word, input: name };
  });
}
