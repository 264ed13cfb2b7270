import type { NamedTensors } from "../../protocol/datatypes.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { ScoredBox, Size } from "../box.ts";
import type { View, ViewSpec } from "./views.ts";

/** A network that finds faces: which model it is, what it is shown, and how its answer is read. */
export interface FaceNetwork {
  /** Its name in the model repository. */
  readonly model: string;
  /** The sizes at which it looks at a picture: a network knows faces of some sizes only. */
  views(picture: Size): readonly ViewSpec[];
  inputs(view: View): NamedTensors;
  /** Faces in pixels of the view, each perhaps several times. 500 where the model answers something else. */
  read(outputs: NamedTensors, view: View): Outcome<ScoredBox[]>;
}
