// What the daemon tells without being asked: one event stream for the whole page, reconnecting by itself.
import { useEffect, useState } from "./vendor/standalone.mjs";
import { api } from "./api.js";

const RETRY_MS = 2000;

let state = { about: null, status: null, connected: false, locked: false };
const watchers = new Set();
const listeners = { jobs: new Set(), sort: new Set(), notice: new Set(), restart: new Set(), reconnect: new Set() };

function set(change) {
  state = { ...state, ...change };
  for (const watcher of watchers) watcher(state);
}

function tell(kind, value) {
  for (const listener of listeners[kind]) listener(value);
}

const hear = (kind) => (listener) => {
  listeners[kind].add(listener);
  return () => listeners[kind].delete(listener);
};
export const onJobs = hear("jobs");
export const onSort = hear("sort");
export const onNotice = hear("notice");
export const onRestart = hear("restart");
export const onReconnect = hear("reconnect");

export function useLive() {
  const [value, change] = useState(state);
  useEffect(() => {
    watchers.add(change);
    change(state);
    return () => watchers.delete(change);
  }, []);
  return value;
}

// Run `listener` on every event of this kind while the component is shown.
export function useEvent(subscribe, listener, inputs = []) {
  useEffect(() => subscribe(listener), inputs);
}

export async function refresh() {
  const [about, status] = await Promise.all([api.get("/api/about"), api.get("/api/status")]);
  set({ about, status });
}

export function connect() {
  const stream = new EventSource("/api/events");
  const on = (kind, act) => stream.addEventListener(kind, (event) => act(JSON.parse(event.data)));
  on("hello", (about) => {
    const missed = state.about !== null && !state.connected;
    const restarted = state.about !== null && !state.about.setup && state.about.boot !== about.boot;
    set({ about, connected: true, locked: false });
    if (restarted) tell("restart", about);
    if (missed) tell("reconnect", about);
  });
  on("status", (status) => set({ status }));
  on("jobs", (changed) => tell("jobs", changed));
  on("sort", (sort) => tell("sort", sort));
  on("notice", (notice) => tell("notice", notice));
  stream.onerror = () => {
    stream.close();
    set({ connected: false });
    api.get("/api/about").then(
      () => setTimeout(connect, 200),
      (error) => {
        if (error.status === 401 || error.status === 403) set({ locked: true });
        setTimeout(connect, RETRY_MS);
      },
    );
  };
}
