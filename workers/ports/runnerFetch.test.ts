import { expect, it, vi } from "vitest";
import { runnerFetch } from "./runnerFetch.ts";

it("reaches runners through the binding that shows their client certificate, and plainly where there is none", async () => {
  const plain = vi.fn(async () => new Response("plain"));
  vi.stubGlobal("fetch", plain);
  const shown = vi.fn(async () => new Response("shown"));
  const binding = { fetch: shown, connect: vi.fn() };
  const url = "https://runner.example/v2";
  expect(await (await runnerFetch({ RUNNER_MTLS: binding })(url, { method: "POST" })).text()).toBe("shown");
  expect(shown).toHaveBeenCalledWith(url, { method: "POST" });
  expect(plain).not.toHaveBeenCalled();
  expect(await (await runnerFetch({})(url, {})).text()).toBe("plain");
  vi.unstubAllGlobals();
});
