/** The table: any length, worked by keyboard, sorted with missing values last, rows that come later. */
import { act, fireEvent, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { expect, it, vi } from "vitest";
import { type Column, Table } from "../../src/ui";
import { draw, expectAccessible } from "../kit";

interface Sample {
  name: string;
  rmse: number | null;
}

const COLUMNS: Column<Sample>[] = [
  { key: "name", title: "Name", cell: row => row.name, value: row => row.name },
  { key: "rmse", title: "RMSE", cell: row => row.rmse ?? "–", value: row => row.rmse, align: "end" },
];
const FEW: Sample[] = [
  { name: "b10", rmse: 2 },
  { name: "b9", rmse: null },
  { name: "a", rmse: 1 },
];
const names = () =>
  screen
    .getAllByRole("gridcell")
    .filter((_, at) => at % 2 === 0)
    .map(cell => cell.textContent);
const active = () =>
  document.getElementById(screen.getByRole("grid").getAttribute("aria-activedescendant") ?? "")?.textContent;

it("draws a few of 100,000 rows and says how many there are", async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ({ name: `r${index}`, rmse: index }));
  draw(<Table label="Trials" columns={COLUMNS} rows={rows} />);
  expect(screen.getAllByRole("row").length).toBeLessThan(60);
  expect(screen.getByRole("grid").getAttribute("aria-rowcount")).toBe("100001");
  await expectAccessible();
});

it("goes to the last row by keyboard", async () => {
  const rows = Array.from({ length: 100_000 }, (_, index) => ({ name: `r${index}`, rmse: index }));
  draw(<Table label="Trials" columns={COLUMNS} rows={rows} rowHeight={20} />);
  const grid = screen.getByRole("grid");
  act(() => grid.focus());
  fireEvent.keyDown(grid, { key: "End", ctrlKey: true });
  fireEvent.scroll(grid);
  expect(active()).toBe("99999");
});

it("sorts by a header, names by their numbers, missing values last either way", async () => {
  draw(<Table label="Trials" columns={COLUMNS} rows={FEW} />);
  const [byName, byScore] = screen.getAllByRole("columnheader");
  await userEvent.click(byName as Element);
  expect(names()).toEqual(["a", "b9", "b10"]);
  await userEvent.click(byScore as Element);
  expect(names()).toEqual(["a", "b10", "b9"]);
  expect(byScore?.getAttribute("aria-sort")).toBe("ascending");
  await userEvent.click(byScore as Element);
  expect(names()).toEqual(["b10", "a", "b9"]);
  await userEvent.click(byScore as Element);
  expect(names()).toEqual(["b10", "b9", "a"]);
});

it("moves, sorts, selects and opens by keyboard", async () => {
  const onOpen = vi.fn();
  const seen = vi.fn();
  function Held() {
    const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
    seen([...selected]);
    return (
      <Table
        label="Trials"
        columns={COLUMNS}
        rows={FEW}
        rowKey={row => row.name}
        select="many"
        selected={selected}
        onSelect={setSelected}
        onOpen={onOpen}
      />
    );
  }
  draw(<Held />);
  const grid = screen.getByRole("grid");
  act(() => grid.focus());
  const key = (name: string, more = {}) => fireEvent.keyDown(grid, { key: name, ...more });
  expect(active()).toBe("b10");
  key("ArrowDown");
  key("ArrowRight");
  expect(active()).toBe("–");
  key("ArrowLeft");
  key(" ");
  expect(seen).toHaveBeenLastCalledWith(["b9"]);
  key("ArrowDown", { shiftKey: true });
  expect(seen).toHaveBeenLastCalledWith(["b9", "a"]);
  key("Enter");
  expect(onOpen).toHaveBeenCalledWith(FEW[2], 2);
  key("Home", { ctrlKey: true });
  key("ArrowUp");
  expect(active()).toBe("Name");
  key("Enter");
  expect(names()).toEqual(["a", "b9", "b10"]);
  await expectAccessible();
});

it("goes into a cell's control by Enter and out by Escape", async () => {
  const columns: Column<Sample>[] = [
    { key: "in", title: "Role", cell: row => <input aria-label={row.name} /> },
  ];
  draw(<Table label="Columns" columns={columns} rows={FEW} />);
  const grid = screen.getByRole("grid");
  act(() => grid.focus());
  fireEvent.keyDown(grid, { key: "ArrowDown" });
  fireEvent.keyDown(grid, { key: "Enter" });
  expect(document.activeElement).toBe(screen.getByLabelText("b9"));
  fireEvent.keyDown(document.activeElement as Element, { key: "a" });
  expect(document.activeElement).toBe(screen.getByLabelText("b9"));
  fireEvent.keyDown(document.activeElement as Element, { key: "Escape" });
  expect(document.activeElement).toBe(grid);
});

it("selects by mouse: one, more with Ctrl, a stretch with Shift", async () => {
  const told = vi.fn();
  const { rerender } = draw(
    <Table label="T" columns={COLUMNS} rows={FEW} select="many" selected={new Set()} onSelect={told} />,
  );
  fireEvent.click(screen.getByText("b10"));
  expect([...(told.mock.lastCall?.[0] ?? [])]).toEqual(["0"]);
  rerender(
    <Table label="T" columns={COLUMNS} rows={FEW} select="many" selected={new Set(["0"])} onSelect={told} />,
  );
  fireEvent.click(screen.getByText("a"), { ctrlKey: true });
  expect([...(told.mock.lastCall?.[0] ?? [])]).toEqual(["0", "2"]);
  fireEvent.click(screen.getByText("b10"));
  fireEvent.click(screen.getByText("a"), { shiftKey: true });
  expect([...(told.mock.lastCall?.[0] ?? [])]).toEqual(["0", "1", "2"]);
});

it("asks for the rows in sight and keeps their place until they come", () => {
  const onSight = vi.fn();
  const rows = { length: 500, at: (index: number) => (index < 2 ? FEW[index] : undefined) };
  const { container } = draw(<Table label="T" columns={COLUMNS} rows={rows} onSight={onSight} />);
  expect(onSight.mock.lastCall?.[0]).toBe(0);
  expect(onSight.mock.lastCall?.[1]).toBeGreaterThan(10);
  expect(container.querySelectorAll(".nbml-cell-waits").length).toBeGreaterThan(10);
});

it("lets its owner sort", async () => {
  const onSort = vi.fn();
  const columns = COLUMNS.map(column => ({ ...column, sortable: column.key === "rmse" }));
  draw(
    <Table
      label="T"
      columns={columns}
      rows={FEW}
      sort={{ key: "rmse", descending: false }}
      onSort={onSort}
    />,
  );
  await userEvent.click(screen.getByText("RMSE"));
  expect(onSort).toHaveBeenCalledWith({ key: "rmse", descending: true });
  await userEvent.click(screen.getByText("Name"));
  expect(onSort).toHaveBeenCalledTimes(1);
  expect(names()).toEqual(["b10", "b9", "a"]);
});

it("says when there is nothing", async () => {
  draw(<Table label="T" columns={COLUMNS} rows={[]} empty="No jobs yet" />);
  expect(screen.getByText("No jobs yet")).toBeTruthy();
  await expectAccessible();
});
