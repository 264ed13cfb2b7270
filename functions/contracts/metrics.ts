/** The closed table of metrics. Names, types, labels and help of everything that /metrics may say. */
export type MetricCategory =
  | "requests"
  | "admission"
  | "consent"
  | "gates"
  | "inference"
  | "records"
  | "dependencies"
  | "platform";

export interface MetricDefinition {
  readonly type: "counter" | "gauge" | "histogram";
  readonly category: MetricCategory;
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram's buckets, in the metric's unit. */
  readonly buckets?: readonly number[];
}

const SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** A definition that keeps its label names as types, so that a misspelt label does not compile. */
type Labelled<Type extends MetricDefinition["type"], Label extends string> = MetricDefinition & {
  readonly type: Type;
  readonly labels: readonly Label[];
};

const counter = <Label extends string = never>(
  category: MetricCategory,
  help: string,
  labels: readonly Label[] = [],
): Labelled<"counter", Label> => ({ type: "counter", category, help, labels });
const gauge = <Label extends string = never>(
  category: MetricCategory,
  help: string,
  labels: readonly Label[] = [],
): Labelled<"gauge", Label> => ({ type: "gauge", category, help, labels });
const histogram = <Label extends string = never>(
  category: MetricCategory,
  help: string,
  labels: readonly Label[] = [],
): Labelled<"histogram", Label> => ({ type: "histogram", category, help, labels, buckets: SECONDS });

export const METRICS = {
  headgate_http_requests_total: counter("requests", "Requests answered.", ["route", "method", "status"]),
  headgate_http_request_duration_seconds: histogram("requests", "Time from request to answer.", ["route"]),
  headgate_overhead_duration_seconds: histogram(
    "requests",
    "Time of a request less the wait for its model.",
    ["route"],
  ),
  headgate_step_jitter_seconds: histogram(
    "requests",
    "How far the steps of an episode arrive from where the one before and the control rate expect them.",
    ["robot_type"],
  ),
  headgate_sockets_opened_total: counter(
    "requests",
    "Sockets opened, in a `new` session or a `resumed` one; less those closed, they are open.",
    ["session"],
  ),
  headgate_sockets_closed_total: counter("requests", "Sockets closed, by why.", ["reason"]),
  headgate_socket_frames_total: counter("requests", "Frames of sockets, by what became of them.", [
    "outcome",
  ]),
  headgate_admissions_total: counter("admission", "Verdicts on keys.", ["verdict"]),
  headgate_leases_total: counter("admission", "Leases taken, by how.", ["outcome"]),
  headgate_lease_settlements_total: counter("admission", "Expired leases whose rest was given back.", [
    "outcome",
  ]),
  headgate_idempotent_replays_total: counter("admission", "Answers replayed for an Idempotency-Key."),
  headgate_consent_decisions_total: counter("consent", "Tiers under which exchanges were served.", ["tier"]),
  headgate_records_withheld_total: counter("consent", "Exchanges served and not kept, or kept in part.", [
    "part",
    "reason",
  ]),
  headgate_gate_rejections_total: counter("gates", "Requests that a quality gate refused.", ["gate", "rule"]),
  headgate_gate_warnings_total: counter("gates", "Soft findings of the quality gates.", ["rule"]),
  headgate_unsafe_actions_total: counter("gates", "Model outputs outside the envelope, answered with hold.", [
    "model",
    "robot_type",
  ]),
  headgate_inferences_total: counter("inference", "Calls of models.", ["model", "outcome"]),
  headgate_inference_duration_seconds: histogram("inference", "Wait for a model, transport included.", [
    "model",
  ]),
  headgate_runner_fallbacks_total: counter("inference", "Calls passed on to the next origin of the list.", [
    "reason",
  ]),
  headgate_records_total: counter("records", "Outcomes of recording exchanges.", ["outcome"]),
  headgate_feedback_total: counter("records", "Feedback submitted, by what became of it.", [
    "type",
    "outcome",
  ]),
  headgate_record_duration_seconds: histogram("records", "Wait for the outbox."),
  headgate_outbox_entries: gauge("records", "Entries waiting in an outbox.", ["shard"]),
  headgate_outbox_oldest_age_seconds: gauge("records", "Age of the oldest entry in an outbox.", ["shard"]),
  headgate_drained_records_total: counter("records", "Entries that left the outbox, by where they went.", [
    "outcome",
  ]),
  headgate_drain_failures_total: counter("records", "Drains that failed and will be tried again.", ["part"]),
  headgate_dead_letters_total: counter("records", "Entries moved to dead/."),
  headgate_frames_stored_total: counter("records", "Images written to the object store, one per camera."),
  headgate_signatures_total: counter("records", "Hashes that tell near duplicates: `stored`, or `skipped`.", [
    "kind",
    "outcome",
  ]),
  headgate_embeddings_total: counter("records", "Vectors stored.", ["kind"]),
  headgate_searches_total: counter(
    "records",
    "Searches by likeness that were answered, by how they looked.",
    ["kind", "index", "outcome"],
  ),
  headgate_query_vectors_total: counter(
    "inference",
    "Vectors of queries: remembered (hit) or asked for (miss).",
    ["kind", "outcome"],
  ),
  headgate_embedded_inputs_total: counter("inference", "Texts embedded for callers of /v1/embeddings.", [
    "model",
  ]),
  headgate_redis_calls_total: counter("dependencies", "Round trips to Redis.", ["purpose", "outcome"]),
  headgate_redis_call_duration_seconds: histogram("dependencies", "Time of round trips to Redis."),
  headgate_postgres_calls_total: counter("dependencies", "Round trips to Postgres.", ["purpose", "outcome"]),
  headgate_postgres_call_duration_seconds: histogram("dependencies", "Time of round trips to Postgres."),
  headgate_object_store_calls_total: counter("dependencies", "Calls of the object store.", [
    "operation",
    "outcome",
  ]),
  headgate_metric_flushes_total: counter("platform", "Flushes of an isolate's counts.", ["outcome"]),
  headgate_audit_anchors_total: counter(
    "platform",
    "Audit logs that moved: `anchored`, `broken` (raise the alarm), or a store was `away`.",
    ["outcome"],
  ),
  headgate_build_info: gauge("platform", "Always 1; the labels say what runs.", ["version", "cell"]),
} as const satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

/** The metrics of one type. */
export type MetricNameOf<Type extends MetricDefinition["type"]> = {
  [Name in MetricName]: (typeof METRICS)[Name]["type"] extends Type ? Name : never;
}[MetricName];

/** Label values by label name. Never a person, a key, an instruction or any text of a user. */
export type MetricLabels<Name extends MetricName = MetricName> = Readonly<
  Record<(typeof METRICS)[Name]["labels"][number], string>
>;

/** Where counts and times go. Names and labels come from the closed table; units are the metric's own. */
export interface Meter {
  count<Name extends MetricNameOf<"counter">>(name: Name, labels?: MetricLabels<Name>, by?: number): void;
  observe<Name extends MetricNameOf<"histogram">>(
    name: Name,
    value: number,
    labels?: MetricLabels<Name>,
  ): void;
  set<Name extends MetricNameOf<"gauge">>(name: Name, value: number, labels?: MetricLabels<Name>): void;
}
