/** Two panels on a page: a label, a list and a group of radio buttons belong to their own panel. */
import { screen } from "@testing-library/preact";
import { expect, it } from "vitest";
import { Combo, Field, Segmented } from "../../src/ui";
import { draw, makeApp } from "../kit";

it("gives every root ids of its own", async () => {
  const app = await makeApp();
  const options = [
    { value: "a", label: "A" },
    { value: "b", label: "B" },
  ];
  const panel = (
    <>
      <Field label="Group">
        <Combo value={null} options={options} onChange={() => undefined} />
      </Field>
      <Segmented label="Source" value="a" options={options} onChange={() => undefined} />
    </>
  );
  draw(panel, app);
  draw(panel, app);
  const ids = [...document.querySelectorAll("[id]")].map(el => el.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(screen.getAllByRole("combobox", { name: "Group" })).toHaveLength(2);
  const names = screen.getAllByRole<HTMLInputElement>("radio").map(button => button.name);
  expect(new Set(names).size).toBe(2);
});
