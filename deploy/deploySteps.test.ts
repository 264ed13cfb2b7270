import { describe, expect, test } from "vitest";
import { configurationSchema } from "../functions/contracts/configuration.ts";
import { deploySteps } from "./deploySteps.ts";
import { stopped } from "./obstacle.ts";
import { runSteps } from "./runSteps.ts";
import { servingUrl } from "./steps/database.ts";
import { preflight } from "./steps/preflight.ts";
import { secrets } from "./steps/secrets.ts";
import { testDeployment, testProvider } from "./testDeployment.ts";

const PEPPERS = `1:${"p".repeat(43)}`;
const APP_URL = "postgresql://headgate_app:word@127.0.0.1:1/headgate";
const inputs = testDeployment().inputs;

test("a provider that refuses ends the deployment, and nothing behind it is asked for", async () => {
  const provider = testProvider(
    {},
    { createBucket: async () => stopped("R2 is not enabled.", "Enable it.") },
  );
  const said: string[] = [];
  const outcome = await runSteps("eu1", deploySteps(testDeployment({ provider })), (line) => said.push(line));
  expect(outcome).toEqual({ ok: false, failure: { why: "bucket: R2 is not enabled.", todo: "Enable it." } });
  expect(said.slice(-3)).toEqual([
    "✗ bucket: R2 is not enabled.",
    "  What to do: Enable it.",
    "  Nothing was changed. Run it again afterwards.",
  ]);
  expect(provider.calls).toEqual([]);
});

describe("preflight stops", () => {
  test.each([
    [
      "a setting is not given",
      { inputs: {} },
      /^DATABASE_ADMIN_URL, UPSTASH_REDIS_REST_URL, .* are not given/,
    ],
    [
      "the serving role is another",
      { inputs: { ...inputs, DATABASE_URL: APP_URL.replace("headgate_app", "neondb_owner") } },
      /connects as neondb_owner/,
    ],
    ["the cell is still the example", { isRehearsal: false }, /still names the example/],
    [
      "wrangler is another",
      { provider: testProvider({}, { version: async () => ({ ok: true, value: "3.0.0" }) }) },
      /wrangler is 3\.0\.0/,
    ],
    [
      "the account is another",
      { provider: testProvider({}, { accounts: async () => ({ ok: true, value: ["f".repeat(32)] }) }) },
      /do not open the account/,
    ],
  ])("where %s", async (_, changes, why) => {
    const checked = await preflight(testDeployment(changes)).check();
    expect(checked).toMatchObject({ ok: false, failure: { why: expect.stringMatching(why) } });
  });
});

describe("secrets", () => {
  test("that the Worker has are neither made anew nor sent again", async () => {
    const provider = testProvider({ KEY_PEPPERS: PEPPERS, SUBJECT_SECRET: "s", DATABASE_URL: APP_URL });
    const deployment = testDeployment({ provider, inputs: { ...inputs, DATABASE_URL: APP_URL } });
    expect(await secrets(deployment).apply?.()).toMatchObject({ ok: true });
    expect(provider.calls).toEqual([
      "put METRICS_TOKEN PENDING_SECRET SIGNING_SECRET UPSTASH_REDIS_REST_TOKEN UPSTASH_REDIS_REST_URL",
    ]);
    expect(provider.secrets.get("KEY_PEPPERS")).toBe(PEPPERS);
    expect(await secrets(deployment).check()).toMatchObject({ value: { kind: "done" } });
  });

  test("are those that were given, before any is made", async () => {
    const provider = testProvider();
    await secrets(testDeployment({ provider, inputs: { ...inputs, KEY_PEPPERS: PEPPERS } })).apply?.();
    expect(provider.secrets.get("KEY_PEPPERS")).toBe(PEPPERS);
    const made = provider.secrets.get("SIGNING_SECRET") ?? "";
    expect(configurationSchema.shape.SIGNING_SECRET.safeParse(made).success).toBe(true);
  });

  test("that keys and people hang on are not made anew where the database knows some", async () => {
    // Nobody can look into this database, so it might.
    const provider = testProvider({ DATABASE_URL: APP_URL });
    expect(await secrets(testDeployment({ provider })).check()).toMatchObject({
      ok: false,
      failure: { why: expect.stringContaining("no KEY_PEPPERS, SUBJECT_SECRET, PENDING_SECRET") },
    });
    const whole = { KEY_PEPPERS: PEPPERS, SUBJECT_SECRET: "s", PENDING_SECRET: "p" };
    const given = testDeployment({ provider, inputs: { ...inputs, ...whole } });
    expect(await secrets(given).check()).toMatchObject({ ok: true });
  });

  test("are replaced only when that is asked for, and given", async () => {
    const provider = testProvider({ KEY_PEPPERS: "old" });
    const replacing = { provider, replace: ["KEY_PEPPERS"] as const };
    expect(await secrets(testDeployment(replacing)).check()).toMatchObject({
      failure: { why: expect.stringContaining("KEY_PEPPERS is to be replaced") },
    });
    await secrets(testDeployment({ ...replacing, inputs: { ...inputs, KEY_PEPPERS: PEPPERS } })).apply?.();
    expect(provider.secrets.get("KEY_PEPPERS")).toBe(PEPPERS);
  });
});

test("the address of Redis goes along where its token is replaced", async () => {
  const provider = testProvider({ UPSTASH_REDIS_REST_TOKEN: "old", UPSTASH_REDIS_REST_URL: "old" });
  await secrets(testDeployment({ provider, replace: ["UPSTASH_REDIS_REST_TOKEN"] })).apply?.();
  expect(provider.secrets.get("UPSTASH_REDIS_REST_URL")).toBe("https://redis.example");
});

describe("the URL of the serving role", () => {
  test("is made where none was given: that role, a password of 256 bits, the same database", async () => {
    const deployment = testDeployment();
    const made = await servingUrl(deployment);
    expect(made).toMatchObject({
      value: expect.stringMatching(/^postgresql:\/\/headgate_app:[\w-]{43}@127\.0\.0\.1:1\/headgate$/),
    });
    expect(await servingUrl(deployment)).toEqual(made);
  });

  test("stays the Worker's own where it has one, and then no password is set", async () => {
    const provider = testProvider({ DATABASE_URL: APP_URL });
    expect(await servingUrl(testDeployment({ provider }))).toEqual({ ok: true, value: null });
  });
});
