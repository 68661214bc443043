/** Every job that a worker can run. Its type is its function's own; its module loads on first use. */
export const jobTable = {
  echo: async () => (await import('#compute/jobs/echo.ts')).echo,
} as const;

export type Jobs = { [Name in keyof typeof jobTable]: Awaited<ReturnType<(typeof jobTable)[Name]>> };
