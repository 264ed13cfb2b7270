import { THROTTLE_REASONS } from "../device/gpuReading.ts";

/** A metric of the runner. Its labels come from closed sets: names of models that exist, statuses, cards of this machine. */
export interface MetricRow {
  readonly name: string;
  readonly type: "counter" | "gauge" | "histogram";
  readonly help: string;
  readonly labels: readonly string[];
  readonly buckets?: readonly number[];
  /** What Triton calls nearly the same. */
  readonly triton?: string;
}

const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];
const ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256];

/** What is counted of requests and runs. Triton's counterparts are in the reference page. */
export const SERVING_METRICS = {
  info: {
    name: "headgate_runner_info",
    type: "gauge",
    help: "The execution provider in use.",
    labels: ["execution_provider"],
  },
  requests: {
    name: "headgate_runner_requests_total",
    type: "counter",
    help: "Inference requests answered, by status.",
    labels: ["model", "status"],
    triton: "nv_inference_request_success, nv_inference_request_failure",
  },
  pendingRequests: {
    name: "headgate_runner_pending_requests",
    type: "gauge",
    help: "Requests that wait for a worker.",
    labels: ["model"],
    triton: "nv_inference_pending_request_count",
  },
  requestSeconds: {
    name: "headgate_runner_request_seconds",
    type: "histogram",
    help: "Inference request from its last byte read to its answer.",
    labels: ["model"],
    buckets: SECONDS,
    triton: "nv_inference_request_duration_us",
  },
  queueSeconds: {
    name: "headgate_runner_queue_seconds",
    type: "histogram",
    help: "Wait for a free worker.",
    labels: ["model"],
    buckets: SECONDS,
    triton: "nv_inference_queue_duration_us",
  },
  computeSeconds: {
    name: "headgate_runner_compute_seconds",
    type: "histogram",
    help: "Preparing and running one batch.",
    labels: ["model"],
    buckets: SECONDS,
    triton: "nv_inference_compute_{input,infer,output}_duration_us",
  },
  batchRows: {
    name: "headgate_runner_batch_rows",
    type: "histogram",
    help: "Rows computed in one run: the sum counts inferences, the count counts runs.",
    labels: ["model"],
    buckets: ROWS,
    triton: "nv_inference_count, nv_inference_exec_count",
  },
  pictures: {
    name: "headgate_runner_pictures_total",
    type: "counter",
    help: "Pictures that the MediaService was given: anonymized, or the category of the refusal.",
    labels: ["outcome"],
  },
  pictureSeconds: {
    name: "headgate_runner_picture_seconds",
    type: "histogram",
    help: "Anonymizing one picture, from its arrival.",
    labels: [],
    buckets: [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  },
  regions: {
    name: "headgate_runner_regions_total",
    type: "counter",
    help: "Regions covered in pictures.",
    labels: ["kind"],
  },
  shedding: {
    name: "headgate_runner_shedding",
    type: "gauge",
    help: "1 while that work is refused because a card is too hot.",
    labels: ["priority"],
  },
} as const satisfies Record<string, MetricRow>;

const CARD = ["gpu"] as const;

/** What is read of the cards. A card has a series only for what it reports. */
export const GPU_METRICS = {
  present: {
    name: "headgate_runner_gpu_present",
    type: "gauge",
    help: "1 where a card was read, 0 where this machine has none or none can be read.",
    labels: [],
  },
  looks: {
    name: "headgate_runner_gpu_looks_total",
    type: "counter",
    help: "Looks at the cards: read, absent or failed.",
    labels: ["outcome"],
  },
  info: {
    name: "headgate_runner_gpu_info",
    type: "gauge",
    help: "Which card has which number.",
    labels: ["gpu", "uuid", "name"],
  },
  temperature: {
    name: "headgate_runner_gpu_temperature_celsius",
    type: "gauge",
    help: "Temperature of the chip.",
    labels: CARD,
  },
  peakTemperature: {
    name: "headgate_runner_gpu_temperature_peak_celsius",
    type: "gauge",
    help: "Highest temperature of the last 12 looks.",
    labels: CARD,
  },
  memoryTemperature: {
    name: "headgate_runner_gpu_memory_temperature_celsius",
    type: "gauge",
    help: "Temperature of the memory.",
    labels: CARD,
  },
  temperatureLimit: {
    name: "headgate_runner_gpu_temperature_limit_celsius",
    type: "gauge",
    help: "From which temperature the card is warm, is critical, and slows itself down.",
    labels: ["gpu", "limit"],
  },
  heat: {
    name: "headgate_runner_gpu_heat",
    type: "gauge",
    help: "1 for the heat that the card has: normal, warm or critical.",
    labels: ["gpu", "heat"],
  },
  utilization: {
    name: "headgate_runner_gpu_utilization_ratio",
    type: "gauge",
    help: "Share of time in which a kernel ran.",
    labels: CARD,
    triton: "nv_gpu_utilization",
  },
  memoryUtilization: {
    name: "headgate_runner_gpu_memory_utilization_ratio",
    type: "gauge",
    help: "Share of time in which memory was read or written.",
    labels: CARD,
  },
  memoryUsed: {
    name: "headgate_runner_gpu_memory_used_bytes",
    type: "gauge",
    help: "Memory in use, by all processes.",
    labels: CARD,
    triton: "nv_gpu_memory_used_bytes",
  },
  memoryTotal: {
    name: "headgate_runner_gpu_memory_total_bytes",
    type: "gauge",
    help: "Memory of the card.",
    labels: CARD,
    triton: "nv_gpu_memory_total_bytes",
  },
  processMemory: {
    name: "headgate_runner_gpu_process_memory_bytes",
    type: "gauge",
    help: "Memory held by the runner, and by other processes.",
    labels: ["gpu", "process"],
  },
  power: {
    name: "headgate_runner_gpu_power_watts",
    type: "gauge",
    help: "Power drawn.",
    labels: CARD,
    triton: "nv_gpu_power_usage",
  },
  powerLimit: {
    name: "headgate_runner_gpu_power_limit_watts",
    type: "gauge",
    help: "Power that the card may draw.",
    labels: CARD,
    triton: "nv_gpu_power_limit",
  },
  clock: {
    name: "headgate_runner_gpu_clock_hertz",
    type: "gauge",
    help: "Clock of the multiprocessors and of the memory.",
    labels: ["gpu", "clock"],
  },
  throttled: {
    name: "headgate_runner_gpu_throttled",
    type: "gauge",
    help: `1 while the card runs slower for that reason: ${THROTTLE_REASONS.join(", ")}.`,
    labels: ["gpu", "reason"],
  },
  eccErrors: {
    name: "headgate_runner_gpu_ecc_errors_total",
    type: "counter",
    help: "Memory errors since the driver was loaded.",
    labels: ["gpu", "kind"],
  },
} as const satisfies Record<string, MetricRow>;
