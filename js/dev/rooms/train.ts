import type { Answer } from "../fake-kernel";

export const answers: Record<string, Answer> = {};
