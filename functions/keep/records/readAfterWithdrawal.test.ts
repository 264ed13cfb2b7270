import { sql } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { unwrap } from "../../../drizzle/testKit.ts";
import type { TestDatabase } from "../../../local/postgres/testDatabase.ts";
import { toPublicId } from "../../contracts/identifiers.ts";
import type { Outcome } from "../../contracts/outcome.ts";
import type { Database } from "../../contracts/ports.ts";
import type { ConsentTier } from "../../contracts/tiers.ts";
import { stripImageMetadata } from "../../guard/privacy/stripImageMetadata.ts";
import { sampleImage } from "../../guard/privacy/testImages.ts";
import { DrainWorld, startDrainDatabase } from "../drain/testDrain.ts";
import { listInferences } from "./listInferences.ts";
import { readInference } from "./readInference.ts";
import { inferenceQuerySchema } from "./schema.ts";

let app: Database;
let embedded: TestDatabase;
beforeAll(async () => {
  ({ app, embedded } = await startDrainDatabase());
}, 60_000);
afterAll(() => embedded.remove());

/** A record of tier research with everything in it, and what the API shows of it once another tier holds. */
async function readUnder(tier: ConsentTier) {
  const world = new DrainWorld(app, { KEYFRAME_EVERY_STEPS: "1" });
  const images = [
    { camera: "primary", bytes: sampleImage("png") },
    { camera: "wrist", bytes: sampleImage("jpeg") },
  ];
  const entry = await world.seal(await world.setTier("research"), "research", { state: [0.5], images });
  world.append(entry);
  await world.drainAll();
  await world.setTier(tier);
  const id = toPublicId("inference", entry.record.id);
  const ports = { database: app, objectStore: world.ports.objectStore };
  const read = await readInference(world.organizationId, id, "image", ports);
  const all = unwrapOr(await readInference(world.organizationId, id, "images", ports))?.images_data ?? {};
  const { data } = unwrap(await listInferences(world.organizationId, inferenceQuerySchema.parse({}), app));
  return { read, pictures: Object.entries(all), listed: data, world };
}

const unwrapOr = <Value>(outcome: Outcome<Value, unknown>): Value | null =>
  outcome.ok ? outcome.value : null;

const dataUrl = (type: string, bytes: Uint8Array): string =>
  `data:image/${type};base64,${Buffer.from(bytes).toString("base64")}`;

const shownParts = (record: Record<string, unknown>): string[] =>
  ["safety_score", "instruction", "actions", "state", "safety_checks", "image_data"].filter(
    (part) => record[part] !== null,
  );

describe("a record that was kept under `research`", () => {
  it("shows everything while that holds", async () => {
    const { read, pictures, listed } = await readUnder("research");
    const record = unwrap(read);
    expect(shownParts(record).length).toBe(6);
    expect([record.text, record.image, record.cameras]).toEqual(["stored", "stored", ["primary", "wrist"]]);
    expect(pictures.map(([camera]) => camera)).toEqual(record.cameras);
    expect(pictures[0]?.[1]).toBe(record.image_data);
    const wrist = stripImageMetadata(sampleImage("jpeg"));
    expect(pictures[1]?.[1]).toBe(wrist.ok && dataUrl("jpeg", wrist.value.bytes));
    expect(listed.map(({ safety_score }) => safety_score)).toEqual([record.safety_score]);
  });

  it("shows what `analytics` keeps once that holds", async () => {
    const { read, pictures } = await readUnder("analytics");
    const record = unwrap(read);
    expect(shownParts(record)).not.toContain("image_data");
    expect([record.cameras, pictures]).toEqual([[], []]);
    expect(shownParts(record).length).toBe(5);
    expect(record).toMatchObject({ text: "stored", image: "withheld", consent: { tier: "analytics" } });
  });

  it("shows metadata alone once `basic` holds", async () => {
    const { read, listed } = await readUnder("basic");
    const record = unwrap(read);
    expect(shownParts(record)).toEqual([]);
    expect(record).toMatchObject({ text: "withheld", image: "withheld", consent: { tier: "basic" } });
    expect(listed).toMatchObject([{ safety_score: null, text: "withheld", image: "withheld" }]);
  });

  it("is there for nobody once consent is withdrawn, and is gone from aggregates at their next refresh", async () => {
    const { read, listed, world } = await readUnder("none");
    expect(read).toMatchObject({ ok: false, failure: { code: "not_found" } });
    expect(listed).toEqual([]);
    const counted = () => world.query(sql`select exchanges from customer_usage_daily`);
    unwrap(await app.platform(sql`select refresh_views()`));
    expect(await counted()).toEqual([]);
    await world.setTier("basic");
    unwrap(await app.platform(sql`select refresh_views()`));
    expect(await counted()).toEqual([{ exchanges: "1" }]);
  });
});
