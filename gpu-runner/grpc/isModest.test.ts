import { create, type MessageInitShape, toBinary } from "@bufbuild/protobuf";
import { expect, it } from "vitest";
import { ModelInferRequestSchema } from "../generated/inference/grpc_service_pb.js";
import { isModest } from "./isModest.ts";

type Request = MessageInitShape<typeof ModelInferRequestSchema>;

const bytesOf = (request: Request): Uint8Array =>
  toBinary(ModelInferRequestSchema, create(ModelInferRequestSchema, request));
const many = <Item>(count: number, item: Item): Item[] => Array.from({ length: count }, () => item);

it.each<[string, Request]>([
  ["a tensor of a million numbers", { inputs: [{ contents: { fp32Contents: many(1_000_000, 1) } }] }],
  ["four thousand texts", { inputs: [{ contents: { bytesContents: many(4096, Uint8Array.of(65)) } }] }],
  ["raw bytes", { inputs: [{}], rawInputContents: [new Uint8Array(1_000_000)] }],
])("%s are modest", (_name, request) => {
  expect(isModest(bytesOf(request))).toBe(true);
});

it.each<[string, Request]>([
  ["inputs", { inputs: many(20_000, {}) }],
  ["raw contents", { rawInputContents: many(20_000, new Uint8Array()) }],
  ["empty texts", { inputs: [{}, { contents: { bytesContents: many(20_000, new Uint8Array()) } }] }],
  ["outputs", { outputs: many(20_000, {}) }],
])("twenty thousand %s are not", (_name, request) => {
  expect(isModest(bytesOf(request))).toBe(false);
});
