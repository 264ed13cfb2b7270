// ONNX Runtime, from 1.29 on, tells its makers over the network what it runs, unless this is set before it starts.
// Nothing that we load may send anything anywhere. A thread has a copy of the environment, and no say: whoever starts
// threads imports this first.
process.env.ORT_DISABLE_TELEMETRY = "1";
