/** Requests are answered once, sent again while unheard, given up when asked, and ended with the connection. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Client, Closed, type Connection, KernelFault } from "../../src/protocol/client";
import type { Outgoing, Request } from "../../src/protocol/types";

class Wire implements Connection {
  sent: Request[] = [];
  isDown = false;
  heard: (message: Outgoing) => void = () => undefined;

  send(message: Request) {
    if (this.isDown) throw new Error("down");
    this.sent.push(message);
  }

  listen(heard: (message: Outgoing) => void) {
    this.heard = heard;
    return () => {
      this.heard = () => undefined;
    };
  }

  reply(request_id: string) {
    this.heard({ v: 1, kind: "reply", request_id, accepted: true, fault: null });
  }

  answer(request_id: string, value: Record<string, unknown> | null) {
    this.heard({ v: 1, kind: "answer", request_id, value, fault: null });
  }
}

const FAULT = { code: "NBML-J01", message: "No such job.", next_step: "Look in Runs.", field: "job_id" };
let wire: Wire;
let client: Client;

beforeEach(() => {
  vi.useFakeTimers();
  wire = new Wire();
  client = new Client(wire, "v");
});

describe("ask", () => {
  it("sends the envelope and gives the answer's value", async () => {
    const asked = client.ask("open_job", { job_id: "A" });
    expect(wire.sent).toEqual([{ v: 1, kind: "open_job", request_id: "v-1", view_id: "v", job_id: "A" }]);
    wire.reply("v-1");
    wire.answer("v-1", { v: 1 });
    expect(await asked).toEqual({ v: 1 });
  });

  it("throws the fault of a refusal and of an answer", async () => {
    const refused = client.ask("stop_job", { job_id: "A" });
    wire.heard({ v: 1, kind: "reply", request_id: "v-1", accepted: false, fault: FAULT });
    await expect(refused).rejects.toMatchObject(FAULT);
    const failed = client.ask("stop_job", { job_id: "A" });
    wire.reply("v-2");
    wire.heard({ v: 1, kind: "answer", request_id: "v-2", value: null, fault: FAULT });
    await expect(failed).rejects.toBeInstanceOf(KernelFault);
  });

  it("passes progress and joins chunks by index, in whatever order they come", async () => {
    const onProgress = vi.fn();
    const chunks: string[] = [];
    const asked = client.ask("figure_module", {}, { onProgress, chunks });
    wire.reply("v-1");
    const note = { v: 1, kind: "progress", request_id: "v-1", done: 1, total: 2, text: "half" } as const;
    wire.heard(note);
    wire.heard({ v: 1, kind: "chunk", request_id: "v-1", index: 1, count: 2, text: "b" });
    wire.heard({ v: 1, kind: "chunk", request_id: "v-1", index: 0, count: 2, text: "a" });
    wire.answer("v-1", { chunks: 2, bytes: 2, sha256: "" });
    await asked;
    expect(onProgress).toHaveBeenCalledWith(note);
    expect(chunks.join("")).toBe("ab");
  });

  it("hears an answer that overtakes its reply, and one that comes twice", async () => {
    const asked = client.ask("close_job", {});
    wire.answer("v-1", null);
    wire.reply("v-1");
    wire.answer("v-1", { other: 1 });
    expect(await asked).toBeNull();
  });
});

describe("a kernel that does not answer", () => {
  it("counts as busy after three seconds, not as failed; the same request is sent again", async () => {
    const asked = client.ask("stop_job", { job_id: "A" });
    vi.advanceTimersByTime(2900);
    expect([client.unheard.value, wire.sent.length]).toEqual([0, 1]);
    vi.advanceTimersByTime(200);
    expect([client.unheard.value, wire.sent.length]).toEqual([1, 2]);
    expect(wire.sent[1]).toEqual(wire.sent[0]);
    wire.reply("v-1");
    expect(client.unheard.value).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(wire.sent.length).toBe(2);
    wire.answer("v-1", null);
    expect(await asked).toBeNull();
  });

  it("is asked ever more seldom", () => {
    client.ask("close_job", {}).catch(() => undefined);
    vi.advanceTimersByTime(120_000);
    expect(wire.sent.length).toBeLessThan(9);
    expect(wire.sent.length).toBeGreaterThan(4);
  });

  it("gets what a connection refused to carry", async () => {
    wire.isDown = true;
    const asked = client.ask("close_job", {});
    expect(wire.sent).toEqual([]);
    wire.isDown = false;
    client.resend();
    expect(wire.sent.length).toBe(1);
    wire.answer("v-1", null);
    await asked;
  });
});

describe("giving up", () => {
  it("ends the request with the signal's reason and tells the kernel", async () => {
    const stop = new AbortController();
    const asked = client.ask("open_job", { job_id: "A" }, { signal: stop.signal });
    stop.abort(new Error("changed my mind"));
    await expect(asked).rejects.toThrow("changed my mind");
    expect(wire.sent[1]).toMatchObject({ kind: "cancel", target_request_id: "v-1" });
  });

  it("asks nothing that was given up before", async () => {
    await expect(client.ask("close_job", {}, { signal: AbortSignal.abort("late") })).rejects.toBe("late");
    expect(wire.sent).toEqual([]);
  });

  it("does nothing once the answer is there", async () => {
    const stop = new AbortController();
    const asked = client.ask("close_job", {}, { signal: stop.signal });
    wire.answer("v-1", null);
    await asked;
    stop.abort();
    expect(wire.sent.length).toBe(1);
  });
});

describe("the end", () => {
  it("closes what is open, asks nothing, and leaves no timer", async () => {
    const asked = client.ask("close_job", {});
    client.close();
    await expect(asked).rejects.toBeInstanceOf(Closed);
    await expect(client.ask("close_job", {})).rejects.toBeInstanceOf(Closed);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("of the kernel is not the end of the view", async () => {
    client.lose(true);
    await expect(client.ask("close_job", {})).rejects.toBeInstanceOf(Closed);
    client.lose(false);
    const asked = client.ask("close_job", {});
    wire.answer(wire.sent[0]?.request_id ?? "", null);
    expect(await asked).toBeNull();
  });
});

it("tells what comes unasked to those who listen, until they stop", () => {
  const heard = vi.fn();
  const end = client.on("state", heard);
  const message: Outgoing = { v: 1, kind: "state", state: { room: "runs" } };
  wire.heard(message);
  end();
  wire.heard(message);
  expect(heard).toHaveBeenCalledTimes(1);
});
