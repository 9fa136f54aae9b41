/** The Data room: choose, read, correct, look, mend, undo; by keyboard too; names stay text (S1, D34). */
import { fireEvent, screen, waitFor, within } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { table } from "../../dev/rooms/data";
import type { Request } from "../../src/protocol/types";
import { DataRoom } from "../../src/views/data/room";
import { base64, upload } from "../../src/views/data/upload";
import { draw, expectAccessible, makeApp, type TestApp } from "../kit";

let app: TestApp;
const asked = <K extends Request["kind"]>(kind: K) =>
  app.kernel.heard.filter((one): one is Extract<Request, { kind: K }> => one.kind === kind);

beforeEach(async () => {
  Object.defineProperty(HTMLElement.prototype, "clientHeight", { configurable: true, value: 260 });
  Object.defineProperty(HTMLElement.prototype, "clientWidth", { configurable: true, value: 900 });
  app = await makeApp(table());
  draw(<DataRoom app={app} />, app);
});

async function choose(name = "mix.csv") {
  await userEvent.click(await screen.findByRole("radio", { name: "Files" }));
  await userEvent.click(await screen.findByRole("button", { name: new RegExp(`^${name}`) }));
  await screen.findByText(name);
}

async function columns() {
  await choose();
  await userEvent.click(await screen.findByRole("tab", { name: /^Columns/ }));
}

it("says what the room is for and offers frames, files and a place to drop one", async () => {
  expect(await screen.findByText("Choose a table to look at and to train on")).toBeTruthy();
  expect(await screen.findByRole("button", { name: /^df/ })).toBeTruthy();
  expect(screen.getByRole("button", { name: "Choose a file" })).toBeTruthy();
  expect(screen.getByText(/up to 512 MB/)).toBeTruthy();
  await expectAccessible();
});

it("goes through folders by name, never by path", async () => {
  await userEvent.click(await screen.findByRole("radio", { name: "Files" }));
  await userEvent.click(await screen.findByRole("button", { name: "Folder raw" }));
  await userEvent.click(await screen.findByRole("button", { name: "Up" }));
  await choose();
  expect(asked("data.folder").map(one => one.path)).toEqual([[], ["raw"], []]);
  expect(asked("data.choose")[0]?.source).toEqual({ kind: "file", root: 0, path: ["mix.csv"] });
});

it("offers tables to who has none, and says that one is invented", async () => {
  const offered = await screen.findByRole("group", { name: "Tables to try nbml with" });
  expect(within(offered).getAllByRole("button")).toHaveLength(2);
  await expectAccessible();
  await userEvent.click(within(offered).getByRole("button", { name: /^Adhesive.*Invented/ }));
  expect(asked("data.choose")[0]?.source).toEqual({ kind: "example", name: "adhesive" });
  expect(await screen.findByRole("tab", { name: /^Columns/ })).toBeTruthy();
});

it("shows the reading as one sentence and reads anew at a choice", async () => {
  await choose();
  await userEvent.click(await screen.findByRole("button", { name: "CP932 (Shift_JIS)" }));
  await expectAccessible(screen.getByRole("dialog"));
  await userEvent.click(screen.getByRole("radio", { name: "UTF-8" }));
  await waitFor(() => expect(asked("data.reread")).toHaveLength(1));
  expect(asked("data.reread")[0]).toMatchObject({ encoding: "utf-8" });
  expect(Object.keys(asked("data.reread")[0] ?? {})).not.toContain("delimiter");
  expect(screen.queryByRole("radio", { name: "UTF-8" })).toBeNull();
});

it("lets one choose the header among the first lines", async () => {
  await choose();
  await userEvent.click(await screen.findByRole("button", { name: "header in line 4" }));
  const fourth = await screen.findByRole("button", { name: /^Line 4/ });
  expect(fourth.getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(screen.getByRole("button", { name: /^Line 3/ }));
  await userEvent.click(screen.getByRole("button", { name: "Use these lines" }));
  await waitFor(() => expect(asked("data.reread")[0]?.header).toEqual([3, 4]));
});

it("takes words that mean missing, separated by commas of either kind", async () => {
  await choose();
  await userEvent.click(await screen.findByRole("button", { name: /^read as missing/ }));
  await userEvent.type(screen.getByRole("textbox", { name: "Words that mean missing" }), "ND, 不明、-");
  await userEvent.click(screen.getByRole("button", { name: "Read again" }));
  await waitFor(() => expect(asked("data.reread")[0]?.missing_tokens).toEqual(["ND", "不明", "-"]));
});

it("keeps a file that cannot be read in the room, with words and what may mend it", async () => {
  await choose("broken.csv");
  expect((await screen.findByRole("alert")).textContent).toMatch(/may be cp1252.*NBML-R14/);
  expect(screen.queryByRole("tab")).toBeNull();
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Read as Windows-1252" }));
  await waitFor(() => expect(asked("data.reread")[0]).toMatchObject({ encoding: "cp1252" }));
  expect(await screen.findByRole("tab", { name: /^Table/ })).toBeTruthy();
});

describe("the table", () => {
  it("draws only what is in sight, with a distribution in every head", async () => {
    await choose();
    const grid = await screen.findByRole("grid");
    expect(grid.getAttribute("aria-rowcount")).toBe("120001");
    await waitFor(() => expect(within(grid).getAllByRole("img").length).toBeGreaterThan(4));
    expect(within(grid).getAllByRole("row").length).toBeLessThan(60);
    expect(within(grid).getByText("3.1 % missing")).toBeTruthy();
    await expectAccessible(grid);
  });

  it("asks for a window of rows at the other end when scrolled there", async () => {
    await choose();
    const grid = await screen.findByRole("grid");
    grid.scrollTop = 24 * 119_000;
    fireEvent.scroll(grid);
    await waitFor(() => expect(asked("data.rows").some(one => one.start === 119_000)).toBe(true));
    expect(await within(grid).findByText("119,001")).toBeTruthy();
    expect(asked("data.rows").length).toBeLessThan(6);
  });

  it("moves by keys, chooses rows, and opens a column's chart from its head", async () => {
    await choose();
    const grid = await screen.findByRole("grid");
    await waitFor(() => expect(within(grid).getByText("cement")).toBeTruthy());
    grid.focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown} ");
    await waitFor(() => expect(asked("data.select").at(-1)?.rows).toEqual([1]));
    await userEvent.keyboard("{ArrowUp}{ArrowUp}{ArrowRight}{Enter}");
    expect(screen.getByRole("tab", { name: "Charts" }).getAttribute("aria-selected")).toBe("true");
    await waitFor(() => expect(asked("data.figure").at(-1)).toMatchObject({ x: 1, y: null }));
  });
});

describe("the column sheet", () => {
  it("changes a role, undoes it and does it again", async () => {
    await columns();
    await userEvent.selectOptions(await screen.findByLabelText("Role of 強度 [MPa]"), "target");
    await waitFor(() => expect(asked("data.edit")[0]).toMatchObject({ positions: [11], role: "target" }));
    expect(Object.keys(asked("data.edit")[0] ?? {})).not.toContain("unit");
    await userEvent.click(screen.getByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect((screen.getByLabelText("Role of 強度 [MPa]") as HTMLSelectElement).value).toBe("feature"),
    );
    await userEvent.click(screen.getByRole("button", { name: "Redo" }));
    await waitFor(() =>
      expect((screen.getByLabelText("Role of 強度 [MPa]") as HTMLSelectElement).value).toBe("target"),
    );
  });

  it("loses no edit that comes while another is under way", async () => {
    await columns();
    const roles = [
      await screen.findByLabelText("Role of 強度 [MPa]"),
      screen.getByLabelText(/^Role of cement/),
    ];
    for (const role of roles) fireEvent.change(role, { target: { value: "ignored" } });
    await waitFor(() => expect(asked("data.edit")).toHaveLength(2));
    const [first, second] = asked("data.edit");
    expect([first?.positions, second?.positions]).toEqual([[11], [1]]);
    expect(Number(second?.revision)).toBeGreaterThan(Number(first?.revision));
  });

  it("undoes at Ctrl+Z outside of text", async () => {
    await columns();
    await userEvent.selectOptions(await screen.findByLabelText("Role of cement [kg/m³]"), "ignored");
    await waitFor(() => expect(asked("data.edit")).toHaveLength(1));
    await waitFor(() =>
      expect(screen.getByRole("button", { name: "Undo" }).hasAttribute("aria-busy")).toBe(false),
    );
    screen.getByRole("grid").focus();
    await userEvent.keyboard("{Control>}z{/Control}");
    await waitFor(() => expect(asked("data.undo")).toHaveLength(1));
  });

  it("edits a unit by keyboard alone", async () => {
    await columns();
    const grid = await screen.findByRole("grid");
    grid.focus();
    await userEvent.keyboard("{ArrowRight}{ArrowRight}{ArrowRight}{ArrowDown}{Enter}");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Unit of cement [kg/m³]");
    await userEvent.keyboard("{Control>}a{/Control}g/l{Enter}");
    await waitFor(() => expect(asked("data.edit")[0]).toMatchObject({ positions: [1], unit: "g/l" }));
    await userEvent.keyboard("{Escape}");
    expect(document.activeElement).toBe(grid);
    expect(asked("data.edit")).toHaveLength(1);
  });

  it("says at the sheet when a kind cannot be", async () => {
    await columns();
    await userEvent.selectOptions(await screen.findByLabelText("Type of cement [kg/m³]"), "date");
    expect((await screen.findByRole("alert")).textContent).toMatch(/no date.*NBML-R23/);
    await waitFor(() =>
      expect((screen.getByLabelText("Type of cement [kg/m³]") as HTMLSelectElement).value).toBe("number"),
    );
  });

  it("finds columns and changes many at once", async () => {
    await columns();
    await userEvent.type(screen.getByRole("searchbox", { name: "Find columns" }), "kg/m");
    await waitFor(() => expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("5"));
    screen.getByRole("grid").focus();
    await userEvent.keyboard(" {ArrowDown} ");
    expect(screen.getByText("2 columns selected")).toBeTruthy();
    await userEvent.selectOptions(screen.getByLabelText("Role of the selected columns"), "ignored");
    await waitFor(() => expect(asked("data.edit")[0]).toMatchObject({ positions: [1, 2], role: "ignored" }));
    await expectAccessible();
  });
});

describe("the checks", () => {
  it("offer the remedy and leave once it is done", async () => {
    await choose();
    expect(await screen.findByText(/differs in all 120000 rows/)).toBeTruthy();
    await userEvent.click(screen.getByRole("button", { name: "Leave out of the features" }));
    await waitFor(() => expect(asked("data.remedy")[0]).toMatchObject({ finding: 0, remedy: 0 }));
    await waitFor(() => expect(screen.queryByText(/differs in all/)).toBeNull());
  });

  it("ask for a target where there is none", async () => {
    await choose();
    await userEvent.click(await screen.findByRole("button", { name: "Choose the target" }));
    expect(screen.getByRole("tab", { name: /^Columns/ }).getAttribute("aria-selected")).toBe("true");
  });
});

describe("charts", () => {
  it("ask for one column, two, and correlations", async () => {
    await choose();
    await userEvent.click(await screen.findByRole("tab", { name: "Charts" }));
    await waitFor(() => expect(asked("data.figure")).toHaveLength(1));
    expect(asked("data.figure")[0]).toMatchObject({ chart: "columns", x: 1, y: null, colour: null });
    const first = screen.getByRole("combobox", { name: "Column" });
    await userEvent.click(first);
    await userEvent.click(screen.getAllByRole("option")[0] as HTMLElement);
    await userEvent.click(screen.getByRole("combobox", { name: "Against" }));
    await userEvent.click(screen.getByRole("option", { name: /^cement/ }));
    await waitFor(() => expect(asked("data.figure").at(-1)).toMatchObject({ x: 0, y: 1 }));
    expect(screen.queryByRole("combobox", { name: "Colour by" })).toBeNull();
    await userEvent.click(screen.getByRole("radio", { name: "Correlations" }));
    await userEvent.click(screen.getByRole("radio", { name: "Spearman (ranks)" }));
    await waitFor(() =>
      expect(asked("data.figure").at(-1)).toMatchObject({ chart: "correlation", method: "spearman" }),
    );
    await expectAccessible();
  });
});

it("takes the table up again when it was changed elsewhere, or another language is spoken", async () => {
  await choose();
  await screen.findByRole("grid");
  const before = asked("data.open").length;
  const { table: line } = app.kernel.state;
  app.kernel.change({ table: line && { ...line, revision: 7 } });
  await waitFor(() => expect(asked("data.open").length).toBe(before + 1));
  app.kernel.change({ language: "ja" });
  await waitFor(() => expect(asked("data.open").length).toBe(before + 2));
  expect(screen.getByRole("tab", { name: /^表/ })).toBeTruthy();
});

it("draws names as text", async () => {
  await columns();
  expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeTruthy();
  expect(document.querySelector("img, script")).toBeNull();
});

describe("a dropped file", () => {
  it("goes out in pieces and is then chosen", async () => {
    const input = document.querySelector<HTMLInputElement>('input[type="file"]');
    if (!input) throw new Error("no input");
    await userEvent.upload(input, new File(["a,b\n1,2\n3"], "dropped.csv"));
    await screen.findByText("dropped.csv");
    expect(asked("data.upload")[0]).toMatchObject({ name: "dropped.csv", size: 9 });
    const pieces = asked("data.upload_chunk").sort((a, b) => a.index - b.index);
    expect(pieces.map(one => atob(one.data)).join("")).toBe("a,b\n1,2\n3");
    expect(asked("data.choose")[0]?.source).toMatchObject({ kind: "upload" });
  });

  it("is forgotten when it is given up", async () => {
    const stop = new AbortController();
    const file = new File(["x".repeat(400)], "big.csv");
    const onProgress = vi.fn(() => stop.abort());
    await expect(upload(app.client, file, { signal: stop.signal, onProgress })).rejects.toThrow();
    await waitFor(() => expect(asked("data.upload_drop")).toHaveLength(1));
    expect(asked("data.upload_chunk").length).toBeLessThan(6);
  });

  it("keeps every byte", async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, place) => place % 256);
    const text = await base64(new Blob([bytes]));
    expect(Uint8Array.from(atob(text), c => c.charCodeAt(0))).toEqual(bytes);
  });
});
