// What is being heard: one sample at a time on the whole page. Draws nothing; a second sample silences the first.
import { useEffect, useState } from "./vendor/standalone.mjs";
import { tellError } from "./parts.js";

const SILENT = { id: null, playing: false, waiting: false, blocked: false, error: "", seconds: 0 };
const watchers = new Set();
let state = SILENT;
let element = null;
let spare = { id: null, element: null };
let quiet = false;

export const audioPath = (id) => `/api/jobs/${id}/audio`;

function set(change) {
  state = { ...state, ...change };
  for (const watcher of watchers) watcher(state);
}

function makeElement() {
  const made = new Audio();
  made.preload = "auto";
  const hear = (event, act) => made.addEventListener(event, () => made === element && act());
  hear("playing", () => set({ playing: true, waiting: false, blocked: false }));
  hear("pause", () => set({ playing: false }));
  hear("waiting", () => set({ waiting: true }));
  hear("canplay", () => set({ waiting: false }));
  hear("durationchange", () => set({ seconds: Number.isFinite(made.duration) ? made.duration : 0 }));
  hear("timeupdate", () => set({}));
  hear("seeked", () => set({}));
  hear("ended", () => {
    made.currentTime = 0;
    set({ playing: false });
  });
  hear("error", () => explain(state.id));
  return made;
}

// The element itself only says that it failed; the daemon says why.
async function explain(id) {
  if (id === null) return;
  let error = "This browser cannot play it";
  try {
    const answer = await fetch(audioPath(id), { headers: { Range: "bytes=0-0" } });
    if (!answer.ok) error = (await answer.json()).error;
  } catch {
    error = "Wavized does not answer";
  }
  if (state.id !== id) return;
  set({ playing: false, waiting: false, error });
  if (!quiet) tellError({ message: "This sample cannot be played", hint: error });
}

function take(id) {
  const before = element;
  if (before) before.pause();
  if (spare.id === id) {
    element = spare.element;
    spare = { id: null, element: null };
  } else {
    element = before || makeElement();
    element.src = audioPath(id);
  }
  if (element !== before) before ? before.replaceWith(element) : document.body.append(element);
  const seconds = Number.isFinite(element.duration) ? element.duration : 0;
  set({ ...SILENT, id, seconds, waiting: element.readyState < 3 });
}

async function start() {
  const { id } = state;
  try {
    await element.play();
  } catch (error) {
    if (state.id !== id) return;
    // Browsers refuse sound until the page was touched once; a load that was cut short by the next is no fault.
    if (error.name === "NotAllowedError") set({ playing: false, waiting: false, blocked: true });
  }
}

export const player = {
  // `unasked`: it plays by itself, so that a failure is shown where the sample is and nowhere else.
  play(id, { unasked = false } = {}) {
    quiet = unasked;
    if (state.id !== id || state.error) take(id);
    if (state.seconds && element.currentTime >= state.seconds) element.currentTime = 0;
    start();
  },
  pause() {
    if (element) element.pause();
  },
  toggle(id) {
    state.id === id && state.playing ? player.pause() : player.play(id);
  },
  // Hear this sample from this share of its length on.
  playFrom(id, share) {
    quiet = false;
    if (state.id !== id || state.error) take(id);
    const begin = () => {
      element.currentTime = Math.min(0.999, Math.max(0, share)) * (element.duration || 0);
    };
    element.readyState > 0 ? begin() : element.addEventListener("loadedmetadata", begin, { once: true });
    start();
  },
  seek(seconds) {
    if (element && state.seconds) element.currentTime = Math.min(state.seconds - 0.01, Math.max(0, seconds));
  },
  stop() {
    if (element) element.pause();
    set(SILENT);
  },
  // Have the next one ready, so that it begins at once.
  prepare(id) {
    if (id === state.id || id === spare.id) return;
    const next = makeElement();
    next.src = audioPath(id);
    spare = { id, element: next };
  },
  position: () => (element && state.id !== null ? element.currentTime : 0),
  now: () => state,
};

// The player's state as far as it concerns this sample; others do not draw anew when it moves on.
export function usePlayer(id) {
  const mine = () => (state.id === id && id != null ? { ...state, position: player.position() } : null);
  const [value, change] = useState(mine);
  useEffect(() => {
    const follow = () => change((before) => (before === null && state.id !== id ? before : mine()));
    watchers.add(follow);
    follow();
    return () => watchers.delete(follow);
  }, [id]);
  return value;
}
