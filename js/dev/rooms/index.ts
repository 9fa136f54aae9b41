/** Answers of the fake kernel by kind of request; each room's owner keeps a file beside this one. */
import type { Answer } from "../fake-kernel";
import { answers as data } from "./data";
import { answers as explain } from "./explain";
import { answers as optimize } from "./optimize";
import { answers as predict } from "./predict";
import { answers as runs } from "./runs";
import { answers as train } from "./train";

export const answers: Record<string, Answer> = {
  ...data,
  ...train,
  ...explain,
  ...optimize,
  ...predict,
  ...runs,
};
