import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const gateway = process.env["DOCKFRA_GATEWAY"] ?? "http://127.0.0.1:5050";

/** Builds the page into `dist/`; no inline script, so that the page's policy can forbid them all. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: { outDir: "dist", target: "es2022", modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { "/api": gateway, "/socket.io": { target: gateway, ws: true } } },
});
