const paths = {
  overview: "M4 12 12 5l8 7M6.5 10.5V19h11v-8.5",
  stacks: "M12 4 3.5 8.5 12 13l8.5-4.5zM3.5 12.5 12 17l8.5-4.5M3.5 16.5 12 21l8.5-4.5",
  tickets: "M4 7h16v3.2a1.8 1.8 0 0 0 0 3.6V17H4v-3.2a1.8 1.8 0 0 0 0-3.6zM13.5 7v10",
  feed: "M3 12h4l3-7 4 14 3-7h4",
  roles: "M4 5h16v14H4zM7.5 9.5l3 2.5-3 2.5M12.5 15h4",
  unfold: "m6 9.5 6 6 6-6",
  chat: "M4 5h16v11H9.5L5 20v-4H4z",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8M12 2.5v2M12 19.5v2M2.5 12h2M19.5 12h2M5.3 5.3l1.4 1.4M17.3 17.3l1.4 1.4M18.7 5.3l-1.4 1.4M6.7 17.3l-1.4 1.4",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5",
  system: "M4 5h16v11H4zM9 20h6M12 16v4",
  plus: "M12 5v14M5 12h14",
  check: "m5 12.5 4.5 4.5L19 7.5",
  cross: "M6 6l12 12M18 6 6 18",
  alert: "M12 4 2.8 19.5h18.4zM12 10v4.5M12 17.2v.1",
  info: "M12 3.5a8.5 8.5 0 1 0 0 17 8.5 8.5 0 0 0 0-17M12 11v5.5M12 7.7v.1",
  copy: "M9 9h10v11H9zM5 15V4h10",
  external: "M14 5h5v5M19 5l-8 8M17 14v5H5V7h5",
  clock: "M12 4a8 8 0 1 0 0 16 8 8 0 0 0 0-16M12 8v4.3l3 1.7",
  branch: "M7 4v16M7 4.5v0M17 7a2 2 0 1 0 0-.1M17 9c0 4-10 2-10 7",
  key: "M8 9.5a4 4 0 1 0 0 .1M12 10h9M18 10v3.5M15 10v2.5",
  play: "M7.5 5v14l11-7z",
  pause: "M8 5v14M16 5v14",
  undo: "M4 9h10a5.5 5.5 0 0 1 0 11H9M4 9l4.5-4.5M4 9l4.5 4.5",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8M4.5 20.5a7.5 7.5 0 0 1 15 0",
  arrow: "M5 12h14M13 6l6 6-6 6",
  back: "M19 12H5M11 6l-6 6 6 6",
  send: "M4 4.5 21 12 4 19.5 6.5 12zM6.5 12H13",
  refresh: "M19.5 12a7.5 7.5 0 1 1-2.2-5.3M20 3.5v4h-4",
  folder: "M3.5 6h6l2 2.5h9V19h-17z",
  leave: "M10 4.5H5v15h5M14 8l4 4-4 4M18 12H9",
  flag: "M6 21V4h12l-3 4.5 3 4.5H6",
} as const;

export type IconName = keyof typeof paths;

/** A line drawing beside a text; it says nothing that the text does not. */
export function Icon({ name, size = 18 }: { readonly name: IconName; readonly size?: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.8}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      style={{ flex: "none" }}
    >
      <path d={paths[name]} />
    </svg>
  );
}
