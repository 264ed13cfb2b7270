/** Sends one request to a runner. */
export type RunnerFetch = (url: string, init: RequestInit) => Promise<Response>;

/** Reaches a runner as anybody may: in plain on loopback, or behind something that shows the certificate for us. */
export const fetchPlainly: RunnerFetch = (url, init) => fetch(url, init);

/** How runners are reached: with the client certificate of the binding RUNNER_MTLS where there is one. */
export function runnerFetch({
  RUNNER_MTLS,
}: {
  readonly RUNNER_MTLS?: { readonly fetch: RunnerFetch } | undefined;
}): RunnerFetch {
  return RUNNER_MTLS === undefined ? fetchPlainly : (url, init) => RUNNER_MTLS.fetch(url, init);
}
