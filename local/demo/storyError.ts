/** The story cannot go on; the message is one sentence for the person at the terminal. */
export class StoryError extends Error {
  override readonly name = "StoryError";
}
