// A path field: suggests the folders there are (a combobox, as ARIA describes it), opens the system's own dialog
// where there is one, and says whether the folder exists.
import { html, useEffect, useId, useRef, useState } from "./vendor/standalone.mjs";
import { api, query } from "./api.js";
import { FieldError } from "./fields.js";
import { Button, Icon, tellError } from "./parts.js";

const WAIT_MS = 120;

// A path as people write it: their home folder is "~".
export function shortPath(path, home) {
  if (!home || !path.startsWith(home)) return path;
  const rest = path.slice(home.length);
  return rest === "" || rest[0] === "/" || rest[0] === "\\" ? `~${rest}` : path;
}

const separator = (path) => (path.includes("\\") && !path.includes("/") ? "\\" : "/");
const opened = (path) => (/[\\/]$/.test(path) ? path : path + separator(path));

// What the daemon knows of a typed path; null while it looks. `typed` asks for completions of what stands there.
function useFolders(typed) {
  const [found, setFound] = useState(null);
  useEffect(() => {
    setFound(null);
    if (!typed.trim()) return undefined;
    const stopping = new AbortController();
    const look = () =>
      api.get(`/api/folders?${query({ path: typed })}`, { signal: stopping.signal }).then(
        (answer) => setFound({ ...answer, typed }),
        (error) => error.name !== "AbortError" && setFound({ typed, exists: null, folders: [] }),
      );
    const timer = setTimeout(look, WAIT_MS);
    return () => {
      clearTimeout(timer);
      stopping.abort();
    };
  }, [typed]);
  return found;
}

function Existence({ id, found, missing }) {
  let line = null;
  if (found && found.exists === true) {
    line = html`<span class="existence there"><${Icon} name="check" size=${16} />This folder is there</span>`;
  } else if (found && found.exists === false && missing) {
    line = html`<span class="existence"><${Icon} name="info" size=${16} />${missing}</span>`;
  }
  return html`<div class="existence-line small" id=${id} aria-live="polite">${line}</div>`;
}

// onChange(path) at every key; onEnter() where Enter takes no suggestion.
export function FolderField({
  label, value, onChange, onEnter, about, error, hint, title = label, placeholder = "~/Music", inputRef,
  missing = "There is no such folder yet",
}) {
  const id = useId();
  const own = useRef(null);
  const input = inputRef || own;
  const list = useRef(null);
  const [asked, setAsked] = useState(value);
  const [open, setOpen] = useState(false);
  const [active, setActive] = useState(-1);
  const [choosing, setChoosing] = useState(false);
  const found = useFolders(asked);
  const folders = (open && found && found.typed === asked && found.folders) || [];
  const shown = folders.length > 0;

  useEffect(() => {
    if (value !== asked && opened(value) !== asked) setAsked(value);
  }, [value]);
  useEffect(() => setActive(-1), [found]);
  useEffect(() => {
    const option = active >= 0 && list.current && list.current.children[active];
    if (option) option.scrollIntoView({ block: "nearest" });
  }, [active]);

  const type = (text) => {
    onChange(text);
    setAsked(text);
    setOpen(true);
  };
  // Taking a folder shows at once what lies in it, to go on from there.
  const take = (path) => {
    onChange(path);
    setAsked(opened(path));
    setActive(-1);
    input.current.focus();
  };
  const step = (by) => {
    setOpen(true);
    if (shown) setActive((now) => (now + by + folders.length + (now < 0 && by < 0 ? 1 : 0)) % folders.length);
  };
  const onKeyDown = (event) => {
    if (event.isComposing) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      step(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Escape" && shown) {
      event.preventDefault();
      event.stopPropagation();
      setOpen(false);
    } else if (event.key === "Tab" && !event.shiftKey && shown && (active >= 0 || (folders.length === 1 && !found.exists))) {
      event.preventDefault();
      take(folders[Math.max(active, 0)]);
    } else if (event.key === "Enter" && shown && active >= 0) {
      event.preventDefault();
      take(folders[active]);
      setOpen(false);
    } else if (event.key === "Enter" && onEnter) {
      event.preventDefault();
      setOpen(false);
      onEnter();
    }
  };
  const choose = async () => {
    setChoosing(true);
    try {
      const { path } = await api.post("/api/folders/choose", { title, start: value });
      if (path) {
        onChange(path);
        setAsked(path);
        setOpen(false);
      }
    } catch (failure) {
      tellError(failure);
    }
    setChoosing(false);
  };

  const described = [hint && `${id}-hint`, error ? `${id}-error` : `${id}-there`].filter(Boolean).join(" ");
  return html`
    <div class="field folder-field">
      <label for=${id}>${label}</label>
      ${hint && html`<div class="muted small" id=${`${id}-hint`}>${hint}</div>`}
      <div class="path-row">
        <div class="combobox">
          <${Icon} name="folder" size=${18} />
          <input type="text" role="combobox" id=${id} ref=${input} value=${value} placeholder=${placeholder} spellcheck="false"
            autocomplete="off" autocapitalize="off" aria-autocomplete="list" aria-expanded=${shown ? "true" : "false"}
            aria-controls=${`${id}-list`} aria-activedescendant=${shown && active >= 0 ? `${id}-${active}` : undefined}
            aria-invalid=${error ? "true" : undefined} aria-describedby=${described}
            onInput=${(event) => type(event.currentTarget.value)} onKeyDown=${onKeyDown} onBlur=${() => setOpen(false)} />
          <ul class="suggestions" role="listbox" id=${`${id}-list`} ref=${list} aria-label="Folders" hidden=${!shown}>
            ${folders.map((path, index) => html`
              <li key=${path} role="option" id=${`${id}-${index}`} aria-selected=${index === active ? "true" : "false"}
                onPointerDown=${(event) => { event.preventDefault(); take(path); }}>
                ${shortPath(path, about.home)}
              </li>`)}
          </ul>
        </div>
        ${about.native_dialogs && html`<${Button} busy=${choosing} onClick=${choose}>Choose…<//>`}
      </div>
      ${error ? html`<${FieldError} id=${`${id}-error`} text=${error} />`
        : html`<${Existence} id=${`${id}-there`} found=${found} missing=${missing} />`}
    </div>`;
}
