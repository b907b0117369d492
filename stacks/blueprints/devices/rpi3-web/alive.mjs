// The container is well while its server answers; whether the release is, /health says.
const alive = await fetch("http://127.0.0.1:8080/api/status").then(
  ({ ok }) => ok,
  () => false,
);
process.exitCode = alive ? 0 : 1;
