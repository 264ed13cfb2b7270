import { admitRequest } from "../../admitRequest.ts";
import { done, type Outcome } from "../../protocol/outcome.ts";
import { keyOf, type Serving } from "../../serving.ts";
import { groupBoxes, type ScoredBox } from "../box.ts";
import type { Detector } from "../detector.ts";
import type { Picture } from "../openPicture.ts";
import type { FaceNetwork } from "./faceNetwork.ts";
import { TINY_FACES } from "./tinyFaces.ts";
import { layView, type ViewSpec } from "./views.ts";
import { YUNET_FACES } from "./yunetFaces.ts";

/** Boxes that share so much of the smaller one are one face. */
const SAME_FACE = 0.5;

const lookAt = async (
  serving: Serving,
  network: FaceNetwork,
  picture: Picture,
  spec: ViewSpec,
  signal: AbortSignal,
): Promise<Outcome<ScoredBox[]>> => {
  const view = await layView(picture, spec);
  const admitted = admitRequest(serving, network.model, null);
  if (!admitted.ok) return admitted;
  const { contract, engine, version } = admitted.value;
  const computed = await engine.scheduler.submit({
    key: keyOf(contract.name, version),
    contract,
    inputs: network.inputs(view),
    deadlineAtMs: null,
    gone: signal,
    priority: "batch",
  });
  if (!computed.ok) return computed;
  const faces = network.read(computed.value.outputs, view);
  if (!faces.ok) return faces;
  const inPicture = faces.value.map(({ leftPx, topPx, widthPx, heightPx, score }) => ({
    leftPx: leftPx / spec.scale,
    topPx: topPx / spec.scale,
    widthPx: widthPx / spec.scale,
    heightPx: heightPx / spec.scale,
    score,
  }));
  return done(inPicture);
};

/**
 * Finds faces with a model of the repository, on whatever it runs: YuNet where it was pulled, else the one that is
 * built in. Fails with the scheduler's refusals, and where the model is gone.
 */
export const faceDetector = (serving: Serving): Detector => ({
  detect: async (picture, signal) => {
    const network = serving.models.has(YUNET_FACES.model) ? YUNET_FACES : TINY_FACES;
    const looked = await Promise.all(
      network.views(picture).map((spec) => lookAt(serving, network, picture, spec, signal)),
    );
    const faces: ScoredBox[] = [];
    for (const found of looked) {
      if (!found.ok) return found;
      faces.push(...found.value);
    }
    return done({ detector: network.model, boxes: groupBoxes(faces, SAME_FACE) });
  },
});
