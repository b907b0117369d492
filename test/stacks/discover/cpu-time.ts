/** Measures what some work costs this thread in CPU milliseconds, which a busy machine does not change much. */
export async function cpuMsOf(work: () => unknown): Promise<number> {
  const start = process.threadCpuUsage();
  await work();
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1_000;
}
