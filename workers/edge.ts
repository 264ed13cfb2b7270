import { createApp } from "./app.ts";
import { servicesOf } from "./bindings.ts";
import { runSchedule } from "./schedule.ts";
import type { Environment } from "./services.ts";

export { Outbox } from "./outbox.ts";
export { Socket } from "./socket.ts";

const app = createApp();

export default {
  fetch: (request, environment, context) => app.fetch(request, environment, context),
  scheduled: async (_controller, environment) => runSchedule(servicesOf(environment)),
} satisfies ExportedHandler<Environment>;
