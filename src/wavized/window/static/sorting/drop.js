// A folder dropped on the page. Browsers hide where it lies, so its name and what is in it are asked after.
import { useEffect, useState } from "../vendor/standalone.mjs";

const MOST_NAMES = 8;
const MOST_BATCHES = 20;

const carriesFiles = (event) => Boolean(event.dataTransfer) && [...event.dataTransfer.types].includes("Files");

function batch(reader) {
  return new Promise((resolve) => reader.readEntries(resolve, () => resolve([])));
}

// A few names of what lies in a folder, its files first.
async function namesIn(entry) {
  const reader = entry.createReader();
  const all = [];
  for (let round = 0; round < MOST_BATCHES; round += 1) {
    const some = await batch(reader);
    if (!some.length) break;
    all.push(...some);
    if (all.filter((one) => one.isFile).length >= MOST_NAMES) break;
  }
  const seen = all.filter((one) => !one.name.startsWith("."));
  return [...seen.filter((one) => one.isFile), ...seen.filter((one) => !one.isFile)].slice(0, MOST_NAMES).map((one) => one.name);
}

// The whole path, where a browser or an app window tells it.
function toldPath(transfer) {
  const file = transfer.files[0];
  const told = (file && (file.pywebviewFullPath || file.path)) || "";
  if (/^([\\/]|[A-Za-z]:)/.test(told)) return told;
  const address = transfer.getData("text/uri-list").split(/\r?\n/).find((line) => line.startsWith("file:"));
  try {
    return address ? decodeURIComponent(new URL(address).pathname).replace(/^\/([A-Za-z]:)/, "$1") : "";
  } catch {
    return "";
  }
}

// -> { path, name, files, more }; path is "" where it is hidden; null where no folder was dropped.
async function dropped(transfer) {
  const entries = [...transfer.items].map((item) => (item.webkitGetAsEntry ? item.webkitGetAsEntry() : null)).filter(Boolean);
  const told = toldPath(transfer);
  const folders = entries.filter((entry) => entry.isDirectory);
  if (!folders.length) return null;
  return { path: told, name: folders[0].name, files: await namesIn(folders[0]), more: entries.length - 1 };
}

// Whether something is being dragged over the page; what is dropped goes to `take`.
export function useDrop(take) {
  const [over, setOver] = useState(false);
  useEffect(() => {
    let depth = 0;
    const enter = (event) => {
      if (!carriesFiles(event)) return;
      depth += 1;
      setOver(true);
    };
    const leave = (event) => {
      if (!carriesFiles(event)) return;
      depth = Math.max(0, depth - 1);
      if (depth === 0) setOver(false);
    };
    const hold = (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      event.dataTransfer.dropEffect = "copy";
    };
    const drop = (event) => {
      if (!carriesFiles(event)) return;
      event.preventDefault();
      depth = 0;
      setOver(false);
      dropped(event.dataTransfer).then(take);
    };
    const all = { dragenter: enter, dragleave: leave, dragover: hold, drop };
    for (const [kind, act] of Object.entries(all)) addEventListener(kind, act);
    return () => {
      for (const [kind, act] of Object.entries(all)) removeEventListener(kind, act);
    };
  }, []);
  return over;
}
