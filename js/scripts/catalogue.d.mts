export const LANGUAGES: readonly ("en" | "ja")[];
export function isArea(name: string): boolean;
export function sentences(language: string): Record<string, string>;
export const forEsbuild: import("esbuild").Plugin;
export const forVite: { name: string; resolveId(id: string): string | null; load(id: string): string | null };
