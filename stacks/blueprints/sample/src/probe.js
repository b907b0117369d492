// Exits with 0 when the shop beside it is healthy; for the container's health check.
const { PORT = "8088" } = process.env;

try {
  const response = await fetch(`http://127.0.0.1:${PORT}/health`);
  if (!response.ok) throw new Error(`/health answered ${response.status}`);
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}
