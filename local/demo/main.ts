import { parseArgs } from "node:util";
import { findStack } from "./findStack.ts";
import { BLOCK_COLORS } from "./scene.ts";
import { playStory } from "./story.ts";
import { StoryError } from "./storyError.ts";

const USAGE = `npm run demo -- [--url URL] [--key KEY] [--admin-key KEY] [--color ${BLOCK_COLORS.join("|")}] [--seed NUMBER]`;

/** `npm run demo`: plays the story, or says in one sentence why it could not and exits with 1. */
async function main(): Promise<void> {
  const flags = readFlags();
  if (flags.help) {
    console.log(USAGE);
    return;
  }
  const dataDir = process.env.HEADGATE_DATA_DIR || ".headgate";
  const color = BLOCK_COLORS.find((one) => one === flags.color);
  if (color === undefined)
    throw new StoryError(`There is no ${flags.color} block; choose ${BLOCK_COLORS.join(", ")}.`);
  if (flags.seed !== undefined && !/^\d{1,9}$/.test(flags.seed))
    throw new StoryError("A seed is a whole number of at most nine digits.");
  const stack = findStack({ ...flags, adminKey: flags["admin-key"] }, process.env, dataDir);
  await playStory({
    ...stack,
    outDir: `${dataDir}/demo`,
    color,
    ...(flags.seed === undefined ? {} : { seed: Number(flags.seed) }),
    ...terminal(),
  });
}

function readFlags() {
  try {
    return parseArgs({
      options: {
        url: { type: "string" },
        key: { type: "string" },
        "admin-key": { type: "string" },
        color: { type: "string", default: "red" },
        seed: { type: "string" },
        help: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    const [reason] = (error instanceof Error ? error.message : "Wrong arguments").split(".");
    throw new StoryError(`${reason}; this is understood: ${USAGE}`);
  }
}

/** Lines stay; progress is one line that is written over, and only where a person watches. */
function terminal() {
  const { stdout } = process;
  const clear = stdout.isTTY ? "\r\u001b[2K" : "";
  return {
    print: (line: string) => stdout.write(`${clear}${line}\n`),
    progress: (text: string) => stdout.isTTY && stdout.write(`${clear}   ${text}`),
  };
}

main().catch((error: unknown) => {
  if (!(error instanceof StoryError)) throw error;
  console.error(`${process.stdout.isTTY ? "\r\u001b[2K" : ""}${error.message}`);
  process.exitCode = 1;
});
