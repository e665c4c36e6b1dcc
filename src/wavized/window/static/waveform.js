// The picture of a sample's loudness over time, drawn when it comes into view; click, drag or arrow keys seek.
import { html, useEffect, useRef, useState } from "./vendor/standalone.mjs";
import { api } from "./api.js";
import { player, usePlayer } from "./player.js";

const AT_ONCE = 3;
const KEPT = 1500;
const kept = new Map();
const waiting = [];
let running = 0;

// Load the waveform of a sample; the one asked for last comes first, for that is what is looked at.
export function loadWaveform(id) {
  if (kept.has(id)) return kept.get(id).promise;
  const entry = { id, started: false, data: null };
  entry.promise = new Promise((resolve, reject) => Object.assign(entry, { resolve, reject }));
  entry.promise.catch(() => kept.delete(id));
  kept.set(id, entry);
  if (kept.size > KEPT) kept.delete(kept.keys().next().value);
  waiting.push(entry);
  advance();
  return entry.promise;
}

function advance() {
  while (running < AT_ONCE && waiting.length) {
    const entry = waiting.pop();
    running += 1;
    entry.started = true;
    api.get(`/api/jobs/${entry.id}/waveform`)
      .then((data) => entry.resolve((entry.data = data)), entry.reject)
      .finally(() => {
        running -= 1;
        advance();
      });
  }
}

// Scrolled by before it was begun: do not load it.
function forgo(id) {
  const entry = kept.get(id);
  if (!entry || entry.started) return;
  waiting.splice(waiting.indexOf(entry), 1);
  kept.delete(id);
}

function useWaveform(id, canvas) {
  const [found, change] = useState(() => ({ id, data: kept.get(id)?.data || null, gone: "" }));
  useEffect(() => {
    let here = true;
    const show = (change_) => here && change({ id, data: null, gone: "", ...change_ });
    const load = () => loadWaveform(id).then((data) => show({ data }), (error) => show({ gone: error.message }));
    const ready = kept.get(id)?.data;
    if (ready) {
      show({ data: ready });
      return () => { here = false; };
    }
    show({});
    const eye = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      eye.disconnect();
      load();
    });
    eye.observe(canvas.current);
    return () => {
      here = false;
      eye.disconnect();
      forgo(id);
    };
  }, [id]);
  return found.id === id ? found : { id, data: null, gone: "" };
}

// --- drawing --------------------------------------------------------------------------------------------------
// A column is shorter than a period of a low bass: each bar also looks at its neighbours, so that it shows loudness.
function bars(columns, number) {
  const all = [];
  for (let i = 0; i < number; i += 1) {
    const first = Math.max(0, Math.floor((i * columns.length) / number) - 1);
    const last = Math.max(first + 1, Math.floor(((i + 1) * columns.length) / number) + 1);
    let low = 0;
    let high = 0;
    for (const [least, most] of columns.slice(first, last)) {
      low = Math.min(low, least);
      high = Math.max(high, most);
    }
    all.push([low, high]);
  }
  return all;
}

// `share` is how much was played, null where this sample is not the one being heard.
function draw(canvas, data, share, wide) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return;
  const scale = devicePixelRatio || 1;
  const [across, down] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== across) canvas.width = across;
  if (canvas.height !== down) canvas.height = down;
  const paint = canvas.getContext("2d");
  paint.setTransform(scale, 0, 0, scale, 0, 0);
  paint.clearRect(0, 0, width, height);
  const looks = getComputedStyle(canvas);
  const middle = height / 2;
  if (!data) {
    paint.fillStyle = looks.getPropertyValue("--line");
    paint.fillRect(0, middle - 0.75, width, 1.5);
    return;
  }
  const [thick, gap] = wide ? [3, 2] : [2, 1];
  const number = Math.max(1, Math.floor((width + gap) / (thick + gap)));
  const peak = Math.max(0.001, ...data.columns.map(([low, high]) => Math.max(-low, high)));
  const reach = (middle - 1) / peak;
  const edge = share === null ? -1 : share * width;
  paint.fillStyle = looks.getPropertyValue("--category") || looks.getPropertyValue("--c-other");
  bars(data.columns, number).forEach(([low, high], i) => {
    const x = i * (thick + gap);
    const top = middle - Math.max(0.75, high * reach);
    const bottom = middle + Math.max(0.75, -low * reach);
    paint.globalAlpha = share === null || x < edge ? 1 : 0.38;
    paint.beginPath();
    paint.roundRect(x, top, thick, bottom - top, thick / 2);
    paint.fill();
  });
  paint.globalAlpha = 1;
  if (share !== null) {
    paint.fillStyle = looks.getPropertyValue("--ink");
    paint.fillRect(Math.min(width - 2, Math.max(0, edge - 1)), 0, 2, height);
  }
}

const redraws = new Set();
const redrawAll = () => requestAnimationFrame(() => redraws.forEach((redraw) => redraw()));
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redrawAll);
addEventListener("resize", redrawAll);

const said = (seconds) => `${seconds.toFixed(seconds < 10 ? 2 : 1)}`;

// `reachable`: whether Tab stops here (in a long list only the chosen row's does).
export function Waveform({ id, name, category, wide = false, reachable = true }) {
  const canvas = useRef(null);
  const { data, gone } = useWaveform(id, canvas);
  const heard = usePlayer(id);
  const seconds = heard?.seconds || data?.seconds || 0;
  const position = heard ? heard.position : 0;
  const current = heard !== null && !heard.error && (heard.playing || position > 0);

  useEffect(() => {
    const redraw = () => canvas.current &&
      draw(canvas.current, data, current && seconds ? player.position() / seconds : null, wide);
    redraw();
    redraws.add(redraw);
    const size = new ResizeObserver(redraw);
    size.observe(canvas.current);
    let frame = 0;
    const follow = () => {
      redraw();
      frame = requestAnimationFrame(follow);
    };
    if (current && heard.playing) follow();
    return () => {
      redraws.delete(redraw);
      size.disconnect();
      cancelAnimationFrame(frame);
    };
  }, [data, current, heard?.playing, position, seconds, wide, category]);

  const shareAt = (event) => {
    const box = canvas.current.getBoundingClientRect();
    return (event.clientX - box.left) / box.width;
  };
  const press = (event) => {
    if (event.button !== 0 || gone) return;
    canvas.current.setPointerCapture(event.pointerId);
    player.playFrom(id, shareAt(event));
  };
  const drag = (event) => {
    if (canvas.current.hasPointerCapture(event.pointerId)) player.seek(shareAt(event) * seconds);
  };
  const type = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === " ") {
      event.preventDefault();
      player.toggle(id);
    }
    if (!seconds) return;
    const step = seconds / (event.shiftKey ? 5 : 20);
    const to = { ArrowLeft: position - step, ArrowRight: position + step, Home: 0, End: seconds }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    heard ? player.seek(to) : player.playFrom(id, to / seconds);
  };
  const words = gone || `${said(position)} of ${said(seconds)} seconds`;
  return html`
    <canvas ref=${canvas} class=${`waveform ${wide ? "wide" : ""} ${data ? "ready" : ""}`} data-category=${category}
      role="slider" tabindex=${reachable ? 0 : -1} aria-label=${`Position in ${name}`} aria-valuemin="0"
      aria-valuemax=${said(seconds)} aria-valuenow=${said(position)} aria-valuetext=${words} title=${gone || undefined}
      onPointerDown=${press} onPointerMove=${drag} onKeyDown=${type}></canvas>`;
}
