import { ofKind } from "./mutation.ts";

const REDIS = "Redis dead or stalled";
const POSTGRES = "Postgres dead or stalled";
const OUTBOX = "outbox cannot write, is full, or stalls";
const DEGRADED = "functions/guard/leases/admitDegraded.ts";
const RUNNER = "workers/ports/orderedOrigins.ts";

const outage = (name: string) => ({ file: "functions/guard/leases/outage.test.ts", name });
const drained = (name: string, written?: string) => ({
  file: "functions/keep/drain/drainOutbox.test.ts",
  name,
  ...(written === undefined ? {} : { written }),
});
const origins = (name: string, written?: string) => ({
  file: "workers/ports/openInferenceRunner.test.ts",
  name,
  ...(written === undefined ? {} : { written }),
});
const policyServer = (name: string, written?: string) => ({
  file: "functions/serve/policies/serverPolicies.test.ts",
  name,
  ...(written === undefined ? {} : { written }),
});
const outbox = {
  file: "workers/ports/durableOutbox.test.ts",
  name: "calls an outbox that stalls unavailable at the deadline, and one that fails at once",
};

/** What docs/failures.md promises, row by row, not done. */
export const FAILURE_MUTATIONS = ofKind("failure")([
  {
    id: "Redis away: rate",
    of: REDIS,
    file: DEGRADED,
    find: 'if (waitMs > 0) return refuse(memory, "rate_limit"',
    replace: 'if (waitMs < 0) return refuse(memory, "rate_limit"',
    test: outage("rate is limited by the isolate itself"),
  },
  {
    id: "Redis away: quota",
    of: REDIS,
    file: DEGRADED,
    find: "state.outageUnits < OUTAGE_QUOTA_ALLOWANCE && left",
    replace: "left",
    test: outage("quota ends with the lease and the allowance, and what passed is debited afterwards"),
  },
  {
    id: "Redis away: age of verdicts",
    of: REDIS,
    file: DEGRADED,
    find: "if (nowMs - state.verifiedAtMs > VERDICT_GRACE_MS)",
    replace: "if (state.verifiedAtMs < 0)",
    test: outage("verdicts stand for a minute; then identity closes; both end when it is back"),
  },
  {
    id: "Redis away: subject that nobody has seen",
    of: REDIS,
    file: DEGRADED,
    find: '    tier: "none",\n    eventId: null,',
    replace: '    tier: "research",\n    eventId: null,',
    test: outage("verdicts stand for a minute; then identity closes; both end when it is back"),
  },
  {
    id: "Redis away: pause before it is asked again",
    of: REDIS,
    file: "functions/guard/leases/breaker.ts",
    find: "if (nowMs < this.#shutUntilMs) return false;",
    replace: "",
    test: outage("one request per pause asks it, and no other waits"),
  },
  {
    id: "Postgres away: records wait",
    of: POSTGRES,
    file: "functions/keep/drain/storeRows.ts",
    find: "    queue.countAttempt(seqsOf(entries));\n    return { moved: 0, failed: true };",
    replace: "    queue.remove(seqsOf(entries));\n    return { moved: 0, failed: true };",
    test: drained("R2 and Postgres for more than a day: nothing leaves the outbox, and all of it follows"),
  },
  {
    id: "Postgres away: deadline of a call",
    of: POSTGRES,
    file: "drizzle/connect.ts",
    find: "await call(AbortSignal.timeout(timeoutMs))",
    replace: "await call(AbortSignal.timeout(60_000))",
    test: {
      file: "drizzle/connect.test.ts",
      name: "an endpoint that stalls is a timeout at the deadline, and is counted",
    },
  },
  {
    id: "runner dead: the next one answers",
    of: "runner dead",
    file: RUNNER,
    find: "if (!REPEATABLE.has(kind)) return outcome;",
    replace: "return outcome;",
    test: origins(
      "goes on to the next origin past one that is dead",
      "goes on to the next origin past one that is %s",
    ),
  },
  {
    id: "runner dead: never an action",
    of: "runner dead",
    file: "functions/serve/act.ts",
    find: "if (!inferred.ok) return ended(failed(problemOfInference(inferred.failure)));",
    replace: "if (!inferred.ok) inferred.value = { actions: [[0, 0, 0, 0, 0, 0, 0]], modelVersion: '1' };",
    test: {
      file: "functions/serve/act.test.ts",
      name: "never makes up an action: a runner's",
    },
  },
  {
    id: "runner stalled: the next call goes past it",
    of: "runner stalled",
    file: RUNNER,
    find: "return origins.toSorted((a, b) => rests(a) - rests(b));",
    replace: "return [...origins];",
    test: origins("ends a call of an origin that stalls at the call's own deadline"),
  },
  {
    id: "policy server in error: its text is no answer",
    of: "policy server dead, closing, or in error",
    file: "functions/serve/policies/askOpenpi.ts",
    find: 'if (typeof frame.value === "string")',
    replace: "if (Array.isArray(frame.value))",
    test: {
      file: "functions/serve/policies/askOpenpi.test.ts",
      name: "that sends text has failed, whatever the text",
    },
  },
  {
    id: "policy server stalled: its own time leaves some to the next",
    of: "policy server stalled",
    file: "functions/serve/policies/serverPolicies.ts",
    find: 'failure.kind === "deadline" && hasTimeLeft',
    replace: 'failure.kind === "bad_answer" && hasTimeLeft',
    test: policyServer("that has a time of its own leaves the rest of the deadline to the next origin"),
  },
  {
    id: "policy server stalled: no answer past the deadline",
    of: "policy server stalled",
    file: "functions/serve/policies/serverPolicies.ts",
    find: "if (clock.now() > deadlineAtMs)",
    replace: "if (deadlineAtMs < 0)",
    test: policyServer("is never heard past the deadline"),
  },
  {
    id: "policy server answers nonsense: the contract's shape",
    of: "policy server answers nonsense",
    file: "functions/serve/policies/serverPolicies.ts",
    find: "row.length !== dimension",
    replace: "row.length < 0",
    test: policyServer(
      "refuses a chunk that is wider than the contract says",
      "refuses a chunk that is %s than the contract says",
    ),
  },
  {
    id: "policy server answers nonsense: no step beyond the chunk",
    of: "policy server answers nonsense",
    file: "functions/serve/policies/serverPolicies.ts",
    find: "answer.actions.slice(0, chunkSize)",
    replace: "answer.actions",
    test: policyServer(
      "answers the server's rows, who gave them, and its version; steps beyond the chunk are cut",
    ),
  },
  {
    id: "outbox stalls: its deadline",
    of: OUTBOX,
    file: "workers/ports/durableOutbox.ts",
    find: "await Promise.race([appended, deadline])",
    replace: "await appended",
    test: outbox,
  },
  {
    id: "outbox fails: no record is promised",
    of: OUTBOX,
    file: "workers/ports/durableOutbox.ts",
    find: '(): AppendResult => ({ kind: "unavailable", reason: "error" }),',
    replace: '(): AppendResult => ({ kind: "recorded" }),',
    test: outbox,
  },
  {
    id: "outbox is full: it takes no more",
    of: OUTBOX,
    file: "functions/keep/outbox/entryQueue.ts",
    find: "this.#entries + accepted.length >= this.#limits.maxEntries",
    replace: "this.#limits.maxEntries < 0",
    test: {
      file: "functions/keep/outbox/entryQueue.test.ts",
      name: "refuses when it is full, and takes again when something has left",
    },
  },
  {
    id: "outbox away: who requires a record is refused",
    of: OUTBOX,
    file: "functions/serve/act.ts",
    find: 'return required && result.reason === "unavailable" ?',
    replace: "return required && result.recorded ?",
    test: {
      file: "functions/serve/act.test.ts",
      name: "refuses when recording is required and the outbox is away",
    },
  },
  {
    id: "object store away: pictures wait",
    of: "object store (R2, S3) down or stalled",
    file: "functions/keep/drain/storeFrames.ts",
    find: 'if (!put.ok) return failedAt("object_store", ports);',
    replace: "",
    test: drained("R2: rows are stored, pictures wait untouched, and follow"),
  },
  {
    id: "Postgres away for long: dead letters",
    of: "Postgres away for `OUTBOX_DEAD_AFTER_MS`",
    file: "functions/keep/drain/buryDead.ts",
    find: "row.created_at_ms <= deadBeforeMs",
    replace: "row.created_at_ms < 0",
    test: drained(
      "before the outbox has forgotten their content, come back whole and once",
      "%s the outbox has forgotten their content",
    ),
  },
  {
    id: "object store away too: nothing is buried",
    of: "Postgres away for `OUTBOX_DEAD_AFTER_MS`",
    file: "functions/keep/drain/buryDead.ts",
    find: "failed = !written.ok;",
    replace: "failed = false;",
    test: drained("R2 and Postgres for more than a day: nothing leaves the outbox, and all of it follows"),
  },
  {
    id: "anonymizer away: pictures wait",
    of: "runner away while pictures are anonymized",
    file: "functions/keep/drain/prepareFrames.ts",
    find: 'if (anonymized.failure === "anonymizer_away") return { outcome: wait, isAway: true };',
    replace: "",
    test: drained(
      "the anonymizer: rows are stored, pictures wait for it however often it is asked, and follow",
    ),
  },
  {
    id: "runner away for long: records without vectors leave",
    of: "runner away while vectors are made",
    file: "functions/keep/drain/buryDead.ts",
    find: "queue.remove(withoutVectors.map((row) => row.seq));",
    replace: "",
    test: drained("the runner for more than a day: records are whole but for their vectors"),
  },
  {
    id: "a refused record holds up no other",
    of: "a record that Postgres refuses",
    file: "functions/keep/drain/storeRows.ts",
    find: "if (away || entries.length === 1) {",
    replace: "if (entries.length > 0) {",
    test: drained(
      "is not held up by a record that Postgres refuses: it alone waits, and ends among the dead",
    ),
  },
  {
    id: "consent that changed: what the ledger refuses is dropped",
    of: "consent changes between answer and row",
    file: "functions/keep/drain/storeRows.ts",
    find: "  queue.remove(seqsOf(forbidden));",
    replace: "",
    test: drained("withdrawn, drops the record"),
  },
  {
    id: "a robot's next socket goes on with its session",
    of: "a robot's socket, or the process behind it, by `kill -9`",
    file: "functions/serve/openpi/episode.ts",
    find: "const goesOn = this.#resumed && state !== null;",
    replace: "const goesOn = state !== null && state.nextStep < 0;",
    test: {
      file: "functions/serve/openpi/episodes.test.ts",
      name: "goes on at the next step, and is told the last chunk",
    },
  },
  {
    id: "a socket that has ended acts on nothing more",
    of: "a robot's socket, or the process behind it, by `kill -9`",
    file: "functions/serve/openpi/session.ts",
    find: "if (!this.#ended.signal.aborted) await this.#handle(",
    replace: "await this.#handle(",
    test: {
      file: "functions/serve/openpi/episodes.test.ts",
      name: "a frame that waits for its turn on a socket that ends meanwhile is not acted upon",
    },
  },
  {
    id: "a killed process is started again",
    of: "any process, or all of them, by `kill -9`",
    file: "local/supervise/part.ts",
    find: "    timer = setTimeout(spawnChild, pauseMs);",
    replace: "",
    test: {
      file: "local/supervise/part.test.ts",
      name: "a part that is killed is started again, and serves as another process",
    },
  },
]);
