// The folder that was dropped last, handed from the page's frame to the page that sorts.
import { html, useEffect, useState } from "../vendor/standalone.mjs";
import { Icon, toast } from "../parts.js";
import { useDrop } from "./drop.js";

let waiting = null;
const watchers = new Set();

function set(value) {
  waiting = value;
  for (const watcher of watchers) watcher(value);
}

export const takeDropped = () => set(null);

export function useDropped() {
  const [value, change] = useState(waiting);
  useEffect(() => {
    watchers.add(change);
    change(waiting);
    return () => watchers.delete(change);
  }, []);
  return value;
}

// The target is the whole page, whichever is shown; a dropped folder opens the page that sorts.
export function DropTarget() {
  const over = useDrop((folder) => {
    if (!folder) {
      toast("That is no folder", { hint: "Drop the folder your samples lie in. A .zip is sorted by its path, under Sort a folder." });
      return;
    }
    set(folder);
    location.hash = "#/sort";
  });
  return over ? html`
    <div class="drop-target"><div><${Icon} name="folder" size=${44} /><strong>Drop the folder to sort it</strong>
      <span>Nothing happens before you have seen what would.</span></div></div>` : null;
}
