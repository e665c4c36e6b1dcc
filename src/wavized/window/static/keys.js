// Keys that work anywhere on a page, and what a page remembers between visits. Draws nothing.
import { useEffect, useRef, useState } from "./vendor/standalone.mjs";

const TYPED_INTO = "input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]";
const PRESSED_BY = { Enter: "a, button, summary, input", " ": "a, button, summary, input, select" };

// `act(key, event)` returns true where it used the key. Not called where the focused control needs it itself.
export function useKeys(act) {
  const latest = useRef(act);
  latest.current = act;
  useEffect(() => {
    const hear = (event) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
      if (document.querySelector("dialog[open]") || event.target.matches?.(TYPED_INTO)) return;
      if (event.key in PRESSED_BY && event.target.closest?.(PRESSED_BY[event.key])) return;
      if (latest.current(event.key.length === 1 ? event.key.toLowerCase() : event.key, event)) event.preventDefault();
    };
    addEventListener("keydown", hear);
    return () => removeEventListener("keydown", hear);
  }, []);
}

// A value that this browser remembers, such as "play by itself".
export function useRemembered(name, initial) {
  const key = `wavized.${name}`;
  const [value, change] = useState(() => {
    try {
      return JSON.parse(localStorage.getItem(key)) ?? initial;
    } catch {
      return initial;
    }
  });
  const remember = (next) => {
    change(next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // a browser that keeps nothing still works, it only forgets
    }
  };
  return [value, remember];
}

// What stands behind the question mark in #/filed?category=reese.
export const asked = () => Object.fromEntries(new URLSearchParams(location.hash.split("?")[1] || ""));

export function useSettled(value, milliseconds) {
  const [settled, change] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => change(value), milliseconds);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
