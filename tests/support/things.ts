import { randomBytes } from "node:crypto";
import { act, ask, idOf, makeKey } from "./client.ts";
import { noisePng } from "./noisePng.ts";
import { until } from "./until.ts";

/** Things that an organization made, for requests about them, and ways to make more. */
export interface Things {
  readonly inferenceId: string;
  readonly episodeId: string;
  /** A person who allows everything. */
  readonly subject: string;
  /** A text like none before, that only this organization sends. */
  readonly unique: Unique;
  /** What people were shown. */
  readonly noticeVersion: string;
  /** Makes one more key and answers its id. */
  makeKey(): Promise<string>;
  /** Rates the exchange once more and answers the feedback's id. */
  rate(): Promise<string>;
  /** Ids and texts made so far that nobody else may read. */
  secrets(): readonly string[];
}

interface Unique {
  (): string;
  /** A picture like none before, base64. */
  picture(): string;
}

interface Maker {
  readonly url: string;
  readonly key: string;
  readonly adminKey: string;
}

let pictures = 500_000;

/** Makes things of the organization that the keys belong to. */
export async function makeThings({ url, key, adminKey }: Maker): Promise<Things> {
  const secrets: string[] = [];
  const random = () => randomBytes(8).toString("hex");
  const secret = (text: string): string => {
    secrets.push(text);
    return text;
  };
  const made = async (path: string, method: string, body: unknown) => {
    const answer = await ask(url + path, { key: adminKey, method, body });
    if (answer.status > 299) throw new Error(`${method} ${path} answered ${answer.status}: ${answer.text}`);
    return answer;
  };
  const unique: Unique = Object.assign(() => secret(`mark-${random()}`), {
    picture: () => noisePng(++pictures).toString("base64"),
  });
  const subject = `subject-${random()}`;
  await made(`/v1/consent/${subject}`, "PUT", { tier: "research" });

  const episodeId = `episode-${random()}`;
  const served = await act(url, key, {
    instruction: unique(),
    episode_id: episodeId,
    environment: "kitchen",
  });
  const inferenceId = idOf(served);
  const read = () => ask(`${url}/v1/inferences/${inferenceId}`, { key });
  await until("the record and its picture are stored", async () => (await read()).body.image === "stored");

  secret(inferenceId);
  const noticeVersion = `notice-${random()}`;
  await made(`/v1/notices/${noticeVersion}`, "PUT", { language: "en", text: unique() });
  return {
    inferenceId,
    episodeId,
    noticeVersion,
    subject,
    unique,
    async makeKey() {
      return secret((await makeKey({ url, adminKey }, { name: unique() })).id);
    },
    async rate() {
      const body = { type: "rating", inference_id: inferenceId, rating: 4, comment: unique() };
      return secret(idOf(await made("/v1/feedback", "POST", body)));
    },
    secrets: () => secrets,
  };
}
