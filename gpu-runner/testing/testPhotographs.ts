import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const WEIGHTS = import.meta.resolve("@vladmandic/face-api/model/tiny_face_detector_model.bin");

/** A photograph of people that a package of the tests brings along: 1 to 6. */
export const photographOf = (number: 1 | 2 | 3 | 4 | 5 | 6): string =>
  join(dirname(fileURLToPath(WEIGHTS)), "../demo", `sample${number}.jpg`);
