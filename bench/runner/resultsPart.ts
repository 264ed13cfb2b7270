import { markdownTable } from "../report/tables.ts";
import { runnerAims } from "./aims.ts";
import { type MediaPoint, mediaTable } from "./measureMedia.ts";
import type { RunnerPoint } from "./measureRunner.ts";
import { aimTable, pointTable } from "./tables.ts";

const INTRODUCTION = `# What the runner costs

Written by \`node bench/runner/main.ts --write\`, in one run. The runner is the real one, in a process of its own; the load
generator is another, on the same two cores. A caller sends its next request, one row, when its last one was answered;
over gRPC 16 callers share a connection without TLS. Latencies are as measured, not corrected.

- **small** and **wide** are networks of 512-512-7 and 4096-4096-4096-7 floats with ReLU; the others ship with the runner.
  Of those, \`visual-servo\` and \`visual-512\` take a JPEG of 640 × 480 pixels, which the runner decodes.
- **batching off** is the same network with \`max_batch\` 1; the models that ship are measured as they ship.
- **bare rows/s** is \`session.run\` in a loop in a third process, on one thread as the runner's workers have, at the mean
  batch that the runner reached; measured right after the point. It decodes and prepares nothing.
- **run ms** is preparing and running one batch, **queue ms** the wait for it, both as the runner's metrics say.
- *batched against unbatched* at one caller compares two equal things, since a batch is one row: of ten pairs of the same
  point some differed by 20 % either way. No tolerance is taken off the aim.`;

const MEDIA_INTRODUCTION = `\`MediaService.AnonymizeImage\` over Connect, one JPEG a call, back as a JPEG: faces and writing found and covered, metadata
gone. The photograph is one of those that ship with @vladmandic/face-api; the sign is drawn into it.`;

/** The part of bench/RESULTS.md that a run leaves behind. */
export const resultsPart = (
  machine: readonly (readonly [name: string, value: string])[],
  points: readonly RunnerPoint[],
  media: readonly MediaPoint[],
): string =>
  [
    INTRODUCTION,
    markdownTable([["", ""], ...machine]),
    "## Aims of the runner",
    markdownTable(aimTable(runnerAims(points))),
    "## Rates and latencies of the runner",
    markdownTable(pointTable(points)),
    ...(media.length === 0
      ? []
      : ["## Pictures anonymized", MEDIA_INTRODUCTION, markdownTable(mediaTable(media))]),
  ].join("\n\n");
