/** The store follows the kernel: whole states, events in batches, gaps, another job, a lost kernel. */
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { FakeKernel } from "../../dev/fake-kernel";
import { searchLog } from "../../dev/search-log";
import { Client } from "../../src/protocol/client";
import { trialsDone } from "../../src/state/job";
import { EMPTY, fold } from "../../src/state/reducer";
import { Store } from "../../src/state/store";

const LOG = searchLog(10);
let kernel: FakeKernel;
let store: Store;

beforeEach(async () => {
  vi.useFakeTimers({
    toFake: [
      "setTimeout",
      "clearTimeout",
      "setInterval",
      "clearInterval",
      "requestAnimationFrame",
      "cancelAnimationFrame",
    ],
  });
  kernel = new FakeKernel();
  store = new Store(new Client(kernel, "v"));
  const asked = store.ask();
  await vi.advanceTimersByTimeAsync(50);
  await asked;
});

afterEach(() => store.close());

const batch = (from: number, to: number) => ({
  v: 1 as const,
  kind: "events" as const,
  job_id: "01JDEMO",
  seq_from: from,
  seq_to: to,
  events: LOG.slice(from - 1, to),
});
const hellos = () => kernel.heard.filter(request => request.kind === "hello").length;

it("knows the session after hello", () => {
  expect(store.connection.value).toBe("live");
  expect(store.state.value.table?.name).toBe("mix.csv");
});

it("applies a burst of events once a frame", async () => {
  let changes = 0;
  const end = store.job.subscribe(() => {
    changes += 1;
  });
  for (let at = 1; at <= LOG.length; at += 5) kernel.tell(batch(at, Math.min(at + 4, LOG.length)));
  expect(changes).toBe(1);
  await vi.advanceTimersByTimeAsync(20);
  end();
  expect(changes).toBe(2);
  expect(store.snapshot.value).toEqual(fold(EMPTY, LOG));
});

it("applies them without frames too, as a hidden page has none", async () => {
  vi.stubGlobal("requestAnimationFrame", () => 1);
  kernel.tell(batch(1, 4));
  await vi.advanceTimersByTimeAsync(300);
  vi.unstubAllGlobals();
  expect(store.job.value?.seq).toBe(4);
});

it("skips what it has seen and counts lossy events that were left out", async () => {
  kernel.tell(batch(1, 10));
  kernel.tell(batch(4, 8));
  kernel.tell({ ...batch(11, 20), events: LOG.slice(10, 17) });
  await vi.advanceTimersByTimeAsync(20);
  expect(store.job.value?.seq).toBe(20);
  expect(hellos()).toBe(1);
});

it("asks again when something is missing, and goes on from there (F12)", async () => {
  kernel.tell(batch(1, 10));
  await vi.advanceTimersByTimeAsync(20);
  kernel.job = { job_id: "01JDEMO", seq: 40, snapshot: fold(EMPTY, LOG.slice(0, 40)) };
  kernel.tell(batch(31, 40));
  kernel.tell(batch(41, 50));
  await vi.advanceTimersByTimeAsync(600);
  expect(hellos()).toBe(2);
  expect(store.snapshot.value).toEqual(fold(EMPTY, LOG.slice(0, 50)));
});

it("does not ask in a tight loop when the gap stays", async () => {
  kernel.tell(batch(1, 10));
  await vi.advanceTimersByTimeAsync(20);
  kernel.tell(batch(31, 40));
  await vi.advanceTimersByTimeAsync(3000);
  expect(hellos()).toBeLessThan(14);
});

it("takes the trait when it is ahead, and never when it is behind (F10)", () => {
  const at = (seq: number) => ({ job_id: "01JDEMO", seq, snapshot: fold(EMPTY, LOG.slice(0, seq)) });
  store.adopt({ job: at(20) });
  store.adopt({ job: at(10) });
  expect(store.job.value?.seq).toBe(20);
  store.adopt({ job: at(30) });
  expect(store.job.value?.seq).toBe(30);
  store.adopt({ job: { ...at(3), job_id: "OTHER" } });
  expect(store.job.value?.job_id).toBe("OTHER");
});

it("ignores events of a job that is not in hand", async () => {
  store.adopt({ job: { job_id: "OTHER", seq: 3, snapshot: EMPTY } });
  kernel.tell(batch(31, 40));
  await vi.advanceTimersByTimeAsync(20);
  expect(store.job.value?.job_id).toBe("OTHER");
  expect(hellos()).toBe(1);
});

it("counts a click on Stop once, and says so until the job has ended", async () => {
  kernel.say(LOG.slice(0, 60));
  await vi.advanceTimersByTimeAsync(20);
  store.stop();
  store.stop();
  expect(store.stopping.value).toBe("01JDEMO");
  await vi.advanceTimersByTimeAsync(1200);
  expect(kernel.heard.filter(request => request.kind === "stop_job").length).toBe(1);
  expect(store.snapshot.value?.state).toBe("cancelled");
  expect(store.stopping.value).toBeNull();
});

it("lets Stop be pressed again when it failed", async () => {
  kernel.say(LOG.slice(0, 60));
  const deny = new FakeKernel({
    stop_job: () => Promise.reject({ code: "NBML-J02", message: "no", next_step: "", field: null }),
  });
  const other = new Store(new Client(deny, "w"));
  other.adopt({ job: kernel.job });
  const stopped = other.stop().catch((fault: { code: string }) => fault.code);
  await vi.advanceTimersByTimeAsync(50);
  expect(await stopped).toBe("NBML-J02");
  expect(other.stopping.value).toBeNull();
  other.close();
});

it("speaks a language at once, before the kernel has heard of it", async () => {
  kernel.isDeaf = true;
  store.speak("ja").catch(() => undefined);
  expect(store.language.value).toBe("ja");
  await vi.advanceTimersByTimeAsync(3500);
  expect(store.connection.value).toBe("busy");
  kernel.isDeaf = false;
  await vi.advanceTimersByTimeAsync(30_000);
  expect([store.connection.value, store.language.value, kernel.state.language]).toEqual(["live", "ja", "ja"]);
});

it("keeps what was last heard when the kernel is lost, and says hello when it is back", async () => {
  kernel.say(LOG.slice(0, 60));
  await vi.advanceTimersByTimeAsync(20);
  store.lose(true);
  expect(store.connection.value).toBe("lost");
  expect(trialsDone(store.snapshot.value ?? EMPTY)).toBeGreaterThan(0);
  store.lose(false);
  await vi.advanceTimersByTimeAsync(50);
  expect(hellos()).toBe(2);
  expect(store.connection.value).toBe("live");
});

it("leaves nothing behind when it is closed", async () => {
  kernel.tell(batch(1, 10));
  store.close();
  await vi.advanceTimersByTimeAsync(500);
  expect(store.job.value).toBeNull();
  kernel.tell(batch(1, 10));
  await vi.advanceTimersByTimeAsync(500);
  expect(store.job.value).toBeNull();
});
