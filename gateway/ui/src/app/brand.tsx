import css from "./frame.module.css";

/** The name with its mark: three containers on a quay. */
export function Brand() {
  return (
    <>
      <svg className={css.mark} viewBox="0 0 24 24" fill="currentColor" aria-hidden="true">
        <rect x="3" y="11.5" width="8" height="6" rx="1.2" />
        <rect x="13" y="11.5" width="8" height="6" rx="1.2" opacity="0.65" />
        <rect x="8" y="4" width="8" height="6" rx="1.2" opacity="0.85" />
        <rect x="2" y="19.5" width="20" height="2" rx="1" opacity="0.5" />
      </svg>
      <span>Dockfra</span>
    </>
  );
}
