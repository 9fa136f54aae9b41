/** What opens, tells and shows. */
import { act, fireEvent, screen, waitFor } from "@testing-library/preact";
import userEvent from "@testing-library/user-event";
import { useState } from "preact/hooks";
import { describe, expect, it, vi } from "vitest";
import {
  Amount,
  Button,
  Code,
  Columns,
  Confirm,
  CopyButton,
  Dialog,
  Disclosure,
  Dropzone,
  Empty,
  FaultNotice,
  Menu,
  Notice,
  ProgressBar,
  Section,
  Spark,
  Status,
  Tabs,
  Tooltip,
} from "../../src/ui";
import { draw, expectAccessible } from "../kit";

describe("Tabs", () => {
  function Held() {
    const [value, setValue] = useState("a");
    const tabs = ["a", "b", "c"].map(id => ({ id, label: `Tab ${id}` }));
    return (
      <Tabs label="Views" tabs={tabs} value={value} onChange={setValue}>
        panel of {value}
      </Tabs>
    );
  }

  it("is one tab stop; arrows, Home and End move and bring to the front", async () => {
    draw(<Held />);
    await userEvent.tab();
    expect(document.activeElement?.textContent).toBe("Tab a");
    await userEvent.keyboard("{ArrowRight}");
    expect(screen.getByRole("tab", { selected: true }).textContent).toBe("Tab b");
    await userEvent.keyboard("{End}{ArrowRight}");
    expect(document.activeElement?.textContent).toBe("Tab a");
    await userEvent.keyboard("{ArrowLeft}");
    expect(screen.getByRole("tabpanel").textContent).toBe("panel of c");
    expect(screen.getAllByRole("tab").filter(tab => tab.tabIndex === 0).length).toBe(1);
    await expectAccessible();
  });
});

describe("Menu", () => {
  it("opens onto its first item, moves by arrows, closes by Escape and gives the focus back", async () => {
    const told = vi.fn();
    const items = [
      { id: "off", label: "Off", onSelect: told, disabled: true },
      { id: "rename", label: "Rename", onSelect: () => told("rename") },
      { id: "delete", label: "Delete", onSelect: () => told("delete"), danger: true },
    ];
    draw(<Menu items={items}>More</Menu>);
    const button = screen.getByRole("button", { name: "More" });
    await userEvent.click(button);
    expect(document.activeElement?.textContent).toBe("Rename");
    await expectAccessible();
    await userEvent.keyboard("{ArrowDown}{Escape}");
    expect(document.activeElement).toBe(button);
    expect(screen.queryByRole("menu")).toBeNull();
    await userEvent.keyboard("{ArrowDown}");
    await userEvent.keyboard("{ArrowDown}{Enter}");
    expect(told.mock.calls).toEqual([["delete"]]);
  });

  it("closes on a click outside", async () => {
    draw(<Menu items={[{ id: "a", label: "A", onSelect: () => {} }]}>More</Menu>);
    await userEvent.click(screen.getByRole("button", { name: "More" }));
    act(() => {
      fireEvent.pointerDown(document.body);
    });
    expect(screen.queryByRole("menu")).toBeNull();
  });
});

describe("Dialog", () => {
  function Held({ onConfirm }: { onConfirm: () => void }) {
    const [isOpen, setOpen] = useState(false);
    return (
      <>
        <Button onClick={() => setOpen(true)}>Open</Button>
        {isOpen && (
          <Confirm
            title="Delete 3 jobs?"
            confirm="Delete 3 jobs"
            danger
            onCancel={() => setOpen(false)}
            onConfirm={onConfirm}
          >
            Their models go with them.
          </Confirm>
        )}
      </>
    );
  }

  it("keeps the focus, closes by Escape and gives the focus back", async () => {
    const told = vi.fn();
    draw(<Held onConfirm={told} />);
    const open = screen.getByRole("button", { name: "Open" });
    await userEvent.click(open);
    const dialog = screen.getByRole("dialog", { name: "Delete 3 jobs?" });
    await expectAccessible();
    const remove = screen.getByRole("button", { name: "Delete 3 jobs" });
    remove.focus();
    fireEvent.keyDown(remove, { key: "Tab" });
    expect(document.activeElement?.textContent).toBe("Cancel");
    fireEvent.keyDown(document.activeElement as Element, { key: "Tab", shiftKey: true });
    expect(document.activeElement).toBe(remove);
    await userEvent.click(remove);
    expect(told).toHaveBeenCalledTimes(1);
    fireEvent.keyDown(dialog, { key: "Escape" });
    await waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.activeElement).toBe(open);
  });

  it("hears no key of the page behind it", () => {
    const behind = vi.fn();
    document.body.addEventListener("keydown", behind);
    draw(
      <Dialog title="T" onClose={() => {}}>
        x
      </Dialog>,
    );
    fireEvent.keyDown(screen.getByRole("dialog"), { key: "b" });
    expect(behind).not.toHaveBeenCalled();
    document.body.removeEventListener("keydown", behind);
  });
});

describe("Disclosure", () => {
  it("makes its content when it is first opened, and keeps it", async () => {
    draw(
      <Disclosure summary="Advanced">
        <input aria-label="Inside" />
      </Disclosure>,
    );
    expect(screen.queryByLabelText("Inside")).toBeNull();
    const details = screen.getByText("Advanced").closest("details") as HTMLDetailsElement;
    details.open = true;
    fireEvent(details, new Event("toggle"));
    await userEvent.type(screen.getByLabelText("Inside"), "kept");
    details.open = false;
    fireEvent(details, new Event("toggle"));
    expect((screen.getByLabelText("Inside") as HTMLInputElement).value).toBe("kept");
    await expectAccessible();
  });
});

describe("Notice", () => {
  it("says its level in words, has its remedy, and is read out when it answers an action", async () => {
    const told = vi.fn();
    draw(
      <>
        <Notice level="warning" action={{ label: "Group them", onClick: told }}>
          25 identical rows.
        </Notice>
        <FaultNotice
          fault={{ code: "NBML-D13", message: "There are 3 groups for 5 folds.", next_step: "Ask for 3." }}
        />
      </>,
    );
    await userEvent.click(screen.getByRole("button", { name: "Group them" }));
    expect(told).toHaveBeenCalled();
    expect(screen.getByText("Warning:")).toBeTruthy();
    expect(screen.getByRole("alert").textContent).toMatch(/Error:.*3 groups.*Ask for 3.*NBML-D13/);
    await expectAccessible();
  });
});

describe("CopyButton", () => {
  it("puts the text on the clipboard and says so", async () => {
    const user = userEvent.setup();
    draw(<CopyButton text={async () => "nbml.train()"}>Copy as code</CopyButton>);
    await user.click(screen.getByRole("button"));
    await screen.findByText("Copied");
    expect(await navigator.clipboard.readText()).toBe("nbml.train()");
  });

  it("does not say so where the browser refuses", async () => {
    const user = userEvent.setup();
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new Error("denied"));
    draw(<CopyButton text="x" />);
    await user.click(screen.getByRole("button"));
    await screen.findByText("Not allowed here");
    vi.restoreAllMocks();
  });
});

describe("Dropzone", () => {
  const file = new File(["a,b"], "mix.csv");

  it("takes a file chosen by its button", async () => {
    const told = vi.fn();
    const { container } = draw(<Dropzone label="Choose a file" onFiles={told} accept=".csv" />);
    await userEvent.upload(container.querySelector("input") as HTMLInputElement, file);
    expect(told.mock.lastCall?.[0][0].name).toBe("mix.csv");
    await expectAccessible();
  });

  it("takes a file dropped, keeps the page from opening it, and none when disabled", () => {
    const told = vi.fn();
    const { container, rerender } = draw(<Dropzone label="Choose a file" onFiles={told} />);
    const zone = () => container.querySelector(".nbml-dropzone") as Element;
    const isFree = fireEvent.drop(zone(), { dataTransfer: { files: [file, file] } });
    expect(isFree).toBe(false);
    expect(told.mock.lastCall?.[0].length).toBe(1);
    rerender(<Dropzone label="Choose a file" onFiles={told} disabled />);
    fireEvent.drop(zone(), { dataTransfer: { files: [file] } });
    expect(told).toHaveBeenCalledTimes(1);
  });
});

describe("Tooltip", () => {
  it("opens on focus and closes on Escape", async () => {
    draw(<Tooltip text="Root mean square error">RMSE</Tooltip>);
    await userEvent.tab();
    expect(screen.getByRole("tooltip").textContent).toBe("Root mean square error");
    await expectAccessible();
    await userEvent.keyboard("{Escape}");
    expect(screen.queryByRole("tooltip")).toBeNull();
  });
});

describe("what only shows", () => {
  it("is accessible and says its value", async () => {
    draw(
      <Columns
        left={
          <Section title="One">
            <Status mark="failed">Failed</Status>
            <Amount label="RMSE">3.9</Amount>
            <Spark bins={[1, 0, 5]} label="Histogram of cement" highlight={[0, 2]} apart />
          </Section>
        }
        right={
          <>
            <ProgressBar value={0.404} label="Reading">
              40 %
            </ProgressBar>
            <ProgressBar value={null} label="Starting" />
            <Code label="The call" text="nbml.train()" />
            <Empty title="No jobs yet" action={<Button>Train</Button>}>
              They are listed here.
            </Empty>
          </>
        }
      />,
    );
    expect(screen.getByRole("progressbar", { name: "Reading" }).getAttribute("aria-valuenow")).toBe("40");
    expect(screen.getByRole("progressbar", { name: "Starting" }).hasAttribute("aria-valuenow")).toBe(false);
    expect(screen.getByRole("img", { name: "Histogram of cement" }).querySelectorAll("rect").length).toBe(3);
    await expectAccessible();
  });
});
