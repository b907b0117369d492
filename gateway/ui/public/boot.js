// A network that changes, as when containers come and go, makes browsers drop requests. A page whose files were dropped
// on their way loads again; a page that came up forgets the count.
(() => {
  const key = "dockfra:loads";
  const isFile = (target) => target instanceof HTMLScriptElement || target instanceof HTMLLinkElement;
  addEventListener(
    "error",
    (event) => {
      const loads = Number(sessionStorage.getItem(key) ?? 0);
      if (!isFile(event.target) || loads >= 5) return;
      sessionStorage.setItem(key, String(loads + 1));
      setTimeout(() => location.reload(), 300 * (loads + 1));
    },
    true,
  );
})();
