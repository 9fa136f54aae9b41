/** Controls of a form: named, described, worked by keyboard, and they give back what was chosen. */
import { fireEvent, screen } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import {
  Button,
  Checkbox,
  Chips,
  Combo,
  Field,
  MultiCombo,
  NumberBox,
  Range,
  Segmented,
  Select,
  Slider,
  Switch,
  TextBox,
} from "../../src/ui";
import { readNumber } from "../../src/ui/number-box";
import { draw, expectAccessible } from "../kit";

const OPTIONS = ["cement", "slag", "water", "温度[℃]", "<img src=x>"].map(value => ({ value, label: value }));

describe("Field", () => {
  it("names its control and reads out help and fault", async () => {
    draw(
      <Field label="Trials" help="For each model" fault={{ message: "Too few.", next_step: "Ask for 1." }}>
        <NumberBox value={0} onChange={() => {}} />
      </Field>,
    );
    const box = screen.getByLabelText("Trials");
    expect(box.getAttribute("aria-invalid")).toBe("true");
    const words = box
      .getAttribute("aria-describedby")
      ?.split(" ")
      .map(id => document.getElementById(id)?.textContent?.trim());
    expect(words).toEqual(["For each model", "Too few. Ask for 1."]);
    await expectAccessible();
  });

  it.each([
    ["TextBox", <TextBox value="a" onChange={() => {}} />],
    ["Select", <Select value="slag" options={OPTIONS} onChange={() => {}} />],
    ["Combo", <Combo value="slag" options={OPTIONS} onChange={() => {}} />],
    ["MultiCombo", <MultiCombo value={["slag"]} options={OPTIONS} onChange={() => {}} />],
    ["Chips", <Chips value={["slag"]} options={OPTIONS} onChange={() => {}} />],
    ["Segmented", <Segmented value="slag" options={OPTIONS} onChange={() => {}} />],
    ["Slider", <Slider value={1} min={0} max={2} onChange={() => {}} />],
    ["Range", <Range value={[0, 1]} min={0} max={2} onChange={() => {}} />],
    ["Switch", <Switch checked onChange={() => {}} />],
    ["Checkbox", <Checkbox checked onChange={() => {}} />],
  ])("gives a %s its name", async (_, control) => {
    draw(<Field label="Name of it">{control}</Field>);
    expect(screen.getAllByLabelText("Name of it").length).toBeGreaterThan(0);
    await expectAccessible();
  });
});

describe("NumberBox", () => {
  it.each([
    ["1,030", 1030],
    ["１２．５", 12.5],
    [" -3e-2 ", -0.03],
    ["−4", -4],
    ["", null],
    ["abc", Number.NaN],
    ["1-2", Number.NaN],
  ])("reads %j as %s", (text, number) => {
    expect(readNumber(text)).toEqual(number);
  });

  it("tells numbers in range only, and keeps what is none as typed", async () => {
    const told = vi.fn();
    draw(<NumberBox label="Trials" value={30} onChange={told} min={1} max={100} integer />);
    const box = screen.getByLabelText("Trials") as HTMLInputElement;
    await userEvent.clear(box);
    expect(told).toHaveBeenLastCalledWith(null);
    fireEvent.input(box, { target: { value: "1x" } });
    expect([box.value, box.getAttribute("aria-invalid")]).toEqual(["1x", "true"]);
    fireEvent.input(box, { target: { value: "500" } });
    fireEvent.input(box, { target: { value: "2.5" } });
    expect(told).toHaveBeenCalledTimes(1);
    fireEvent.input(box, { target: { value: "12" } });
    expect(told).toHaveBeenLastCalledWith(12);
  });

  it("steps by arrow keys, within its bounds", async () => {
    const told = vi.fn();
    draw(<NumberBox label="Rate" value={0.3} onChange={told} min={0} max={1} step={0.1} />);
    const box = screen.getByLabelText("Rate");
    fireEvent.keyDown(box, { key: "ArrowUp" });
    expect(told).toHaveBeenLastCalledWith(0.4);
    fireEvent.keyDown(box, { key: "PageUp" });
    expect(told).toHaveBeenLastCalledWith(1);
    fireEvent.keyDown(box, { key: "ArrowDown" });
    expect(told).toHaveBeenLastCalledWith(0.2);
  });
});

describe("Combo", () => {
  function Held({ onChange = () => {} }: { onChange?: (value: string | null) => void }) {
    const [value, setValue] = useState<string | null>("slag");
    return (
      <Combo
        label="Target"
        value={value}
        options={OPTIONS}
        clearable
        onChange={next => {
          setValue(next);
          onChange(next);
        }}
      />
    );
  }

  it("opens, finds and chooses by keyboard; Escape leaves the choice as it was", async () => {
    const told = vi.fn();
    draw(<Held onChange={told} />);
    const box = screen.getByRole("combobox") as HTMLInputElement;
    box.focus();
    await userEvent.keyboard("{ArrowDown}");
    expect(box.getAttribute("aria-expanded")).toBe("true");
    const active = () =>
      document.getElementById(box.getAttribute("aria-activedescendant") ?? "")?.textContent;
    expect(active()).toBe("slag");
    await userEvent.keyboard("{ArrowDown}");
    expect(active()).toBe("water");
    await expectAccessible();
    await userEvent.keyboard("{Escape}");
    expect(box.getAttribute("aria-expanded")).toBe("false");
    expect(box.value).toBe("slag");
    await userEvent.clear(box);
    expect(told).toHaveBeenLastCalledWith(null);
    await userEvent.type(box, "温");
    await userEvent.keyboard("{Enter}");
    expect(told).toHaveBeenLastCalledWith("温度[℃]");
    expect(box.value).toBe("温度[℃]");
  });

  it("shows names as text and says when there is nothing (S1)", async () => {
    const { container } = draw(<Held />);
    await userEvent.click(screen.getByRole("combobox"));
    expect(screen.getByRole("option", { name: "<img src=x>" })).toBeTruthy();
    expect(container.querySelector("img")).toBeNull();
    await userEvent.type(screen.getByRole("combobox"), "zzz");
    expect(screen.getByText("Nothing like that")).toBeTruthy();
  });
});

describe("MultiCombo", () => {
  function Held({ onChange }: { onChange: (value: string[]) => void }) {
    const [value, setValue] = useState<string[]>(["cement", "slag"]);
    return (
      <MultiCombo
        label="Features"
        value={value}
        options={OPTIONS}
        onChange={next => {
          setValue(next);
          onChange(next);
        }}
      />
    );
  }

  it("adds by typing, takes out by Backspace and by a button", async () => {
    const told = vi.fn();
    draw(<Held onChange={told} />);
    const box = screen.getByRole("combobox");
    await userEvent.type(box, "wat{Enter}");
    expect(told).toHaveBeenLastCalledWith(["cement", "slag", "water"]);
    await userEvent.keyboard("{Backspace}");
    expect(told).toHaveBeenLastCalledWith(["cement", "slag"]);
    await userEvent.click(screen.getByRole("button", { name: "Take out cement" }));
    expect(told).toHaveBeenLastCalledWith(["slag"]);
    await expectAccessible();
  });
});

describe("choices in sight", () => {
  it("Chips give values in the order of the options", async () => {
    const told = vi.fn();
    draw(<Chips label="Models" value={["water"]} options={OPTIONS} onChange={told} />);
    await userEvent.click(screen.getByRole("button", { name: "cement" }));
    expect(told).toHaveBeenLastCalledWith(["cement", "water"]);
    expect(screen.getByRole("button", { name: "water", pressed: true })).toBeTruthy();
  });

  it("Segmented is a group of radio buttons", async () => {
    const told = vi.fn();
    draw(<Segmented label="Effort" value="slag" options={OPTIONS} onChange={told} />);
    await userEvent.click(screen.getByRole("radio", { name: "water" }));
    expect(told).toHaveBeenLastCalledWith("water");
  });

  it("Select and Switch tell what was chosen", async () => {
    const told = vi.fn();
    draw(
      <>
        <Select label="One" value="slag" options={OPTIONS} onChange={told} />
        <Switch checked={false} onChange={told}>
          On
        </Switch>
      </>,
    );
    await userEvent.selectOptions(screen.getByLabelText("One"), "water");
    expect(told).toHaveBeenLastCalledWith("water");
    await userEvent.click(screen.getByRole("switch", { name: "On" }));
    expect(told).toHaveBeenLastCalledWith(true);
  });
});

describe("Range", () => {
  it("keeps its thumbs in order", () => {
    const told = vi.fn();
    draw(<Range label="cement" value={[2, 5]} min={0} max={10} step={1} onChange={told} format={String} />);
    const [low, high] = screen.getAllByRole("slider");
    fireEvent.input(low as Element, { target: { value: "8" } });
    expect(told).toHaveBeenLastCalledWith([5, 5]);
    fireEvent.input(high as Element, { target: { value: "1" } });
    expect(told).toHaveBeenLastCalledWith([2, 2]);
  });
});

describe("Button", () => {
  it("does nothing while busy, and says so", async () => {
    const told = vi.fn();
    draw(
      <Button busy onClick={told}>
        Train
      </Button>,
    );
    const button = screen.getByRole("button", { name: "Train" });
    await userEvent.click(button);
    expect(told).not.toHaveBeenCalled();
    expect(button.getAttribute("aria-busy")).toBe("true");
  });
});
