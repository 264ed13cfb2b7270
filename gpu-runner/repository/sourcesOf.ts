import type { ModelSource } from "../compute/messages.ts";
import type { RepositoryModel } from "./openRepository.ts";

/** What loading each version of a model takes. */
export const sourcesOf = ({ contract, folder, versions }: RepositoryModel): ModelSource[] =>
  versions.map(({ version }) => ({ contract, folder, version }));
