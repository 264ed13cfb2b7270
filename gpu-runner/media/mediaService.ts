import { availableParallelism } from "node:os";
import type { ServiceImpl } from "@connectrpc/connect";
import type {
  AnonymizeImagesRequest,
  Cover,
  MediaService,
  NamedPicture,
  Picture,
} from "../generated/headgate/media/v1/media_pb.js";
import { orThrow } from "../grpc/orThrow.ts";
import { done, type Outcome, refuse } from "../protocol/outcome.ts";
import type { Serving } from "../serving.ts";
import { type AnonymizedImage, anonymizeImage } from "./anonymizeImage.ts";
import { asTheyEnd } from "./asTheyEnd.ts";
import { faceDetector } from "./faces/faceDetector.ts";
import { anonymizedMessage, coverOf } from "./mediaMessages.ts";
import { Slots } from "./slots.ts";
import { textDetector } from "./text/textDetector.ts";

/** Pictures worked on at a time, each decoded in memory: while one is looked at, others are decoded and encoded. */
const AT_A_TIME = Math.min(8, availableParallelism() + 1);
/** Calls that wait, each with an encoded picture in memory. */
const WAITING = 64;
const PICTURES_PER_CALL = 256;

/** What a request says of all its pictures. */
interface Wishes {
  readonly cover: Cover;
  readonly omitUnchanged: boolean;
}

type Anonymize = (
  picture: Picture | undefined,
  wishes: Wishes,
  signal: AbortSignal,
) => Promise<Outcome<AnonymizedImage>>;

const anonymizer = (serving: Serving): Anonymize => {
  const slots = new Slots(
    Array.from({ length: AT_A_TIME }, () => null),
    WAITING,
  );
  const detectors = {
    face: faceDetector(serving),
    text: textDetector(Math.max(1, availableParallelism() - 1)),
  };
  return async (picture, { cover, omitUnchanged }, signal) => {
    if (serving.draining) return refuse(503, "The runner is about to stop.");
    if (picture === undefined || picture.image.length === 0) return refuse(400, "There is no image.");
    const { image, contentType } = picture;
    const { maxImagePixels: maxPixels } = serving;
    const options = { contentType, cover: coverOf(cover), omitUnchanged, maxPixels, detectors };
    return slots.use(signal, () => anonymizeImage(image, options, signal));
  };
};

/** The same, counted. */
const counted =
  (anonymize: Anonymize, { metrics }: Serving): Anonymize =>
  async (picture, wishes, signal) => {
    const startedAtMs = performance.now();
    const outcome = await anonymize(picture, wishes, signal);
    metrics.pictures.inc({ outcome: outcome.ok ? "anonymized" : outcome.failure.category });
    if (!outcome.ok) return outcome;
    metrics.pictureSeconds.observe((performance.now() - startedAtMs) / 1000);
    for (const { kind, regions } of outcome.value.detectors) metrics.regions.inc({ kind }, regions);
    return outcome;
  };

/** What is wrong with a list of pictures, before any is looked at. */
const checkList = ({ pictures }: AnonymizeImagesRequest): Outcome<readonly NamedPicture[]> => {
  if (pictures.length === 0) return refuse(400, "There is no picture.");
  if (pictures.length > PICTURES_PER_CALL)
    return refuse(400, `Send at most ${PICTURES_PER_CALL} pictures in a call.`);
  const ids = new Set(pictures.map(({ id }) => id));
  return ids.size === pictures.length ? done(pictures) : refuse(400, "Two pictures have one id.");
};

const outcomeMessage = (outcome: Outcome<AnonymizedImage>) => {
  if (outcome.ok) return { case: "anonymized", value: anonymizedMessage(outcome.value) } as const;
  const { error, category, retry } = outcome.failure;
  return { case: "refusal", value: { error, category, retry } } as const;
};

/**
 * `headgate.media.v1.MediaService`. Works while the caller waits: a call that ends, by cancellation or at its
 * deadline, takes its waiting pictures with it.
 */
export const mediaService = (serving: Serving): ServiceImpl<typeof MediaService> => {
  const anonymize = counted(anonymizer(serving), serving);
  return {
    async anonymizeImage(request, { signal }) {
      const anonymized = orThrow(await anonymize(request.picture, request, signal));
      return { anonymized: anonymizedMessage(anonymized) };
    },
    async *anonymizeImages(request, { signal }) {
      const pictures = orThrow(checkList(request));
      const total = pictures.length;
      yield { event: { case: "progress", value: { done: 0, total } } };
      const work = async ({ id, picture }: NamedPicture) => ({
        id,
        outcome: await anonymize(picture, request, signal),
      });
      let count = 0;
      for await (const { id, outcome } of asTheyEnd(pictures, AT_A_TIME, work)) {
        count += 1;
        yield { event: { case: "picture", value: { id, outcome: outcomeMessage(outcome) } } };
        yield { event: { case: "progress", value: { done: count, total } } };
      }
    },
  };
};
