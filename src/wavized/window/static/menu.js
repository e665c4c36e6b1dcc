// A short list of things to do that opens beside its button. Closes on Escape, on a click elsewhere, on a choice.
import { html, useLayoutEffect, useRef, useState } from "./vendor/standalone.mjs";
import { Icon } from "./parts.js";

const MARGIN = 8;

function place(dialog, button) {
  const from = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = dialog;
  const below = from.bottom + 4 + height < innerHeight - MARGIN;
  const top = below ? from.bottom + 4 : Math.max(MARGIN, from.top - 4 - height);
  const fits = from.left + width <= innerWidth - MARGIN;
  const left = fits ? from.left : Math.min(from.right, innerWidth - MARGIN) - width; // else it ends where its button ends
  Object.assign(dialog.style, { top: `${top}px`, left: `${Math.max(MARGIN, left)}px` });
}

function List({ label, items, button, onClose }) {
  const box = useRef(null);
  // before the next key is heard: an effect that waits for the picture would lose an arrow that follows Enter at once
  useLayoutEffect(() => {
    const dialog = box.current;
    dialog.showModal();
    place(dialog, button);
    const away = () => dialog.close();
    addEventListener("resize", away);
    return () => removeEventListener("resize", away);
  }, []);
  const move = (event) => {
    const all = [...box.current.querySelectorAll("button:not(:disabled)")];
    const at = all.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: all.length - 1 }[event.key];
    if (to === undefined) {
      const named = items.findIndex((item) => item.shortcut === event.key);
      if (named < 0) return;
      box.current.close();
      items[named].act();
    } else {
      all[(to + all.length) % all.length].focus();
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const choose = (item) => {
    box.current.close();
    item.act();
  };
  return html`
    <dialog ref=${box} class="menu" aria-label=${label} onClose=${onClose} onKeyDown=${move}
      onClick=${(event) => { event.stopPropagation(); if (event.target === box.current) box.current.close(); }}>
      <p class="menu-label" aria-hidden="true">${label}</p>
      ${items.map((item) => item.apart ? html`<hr key=${item.apart} />` : html`
        <button key=${item.text} type="button" class="menu-item" data-category=${item.category} disabled=${item.disabled}
          aria-current=${item.current ? "true" : undefined} onClick=${() => choose(item)}>
          ${item.category ? html`<i class="spot" aria-hidden="true"></i>` : html`<${Icon} name=${item.icon || "more"} size=${17} />`}
          <span>${item.text}</span>
          ${item.current && html`<${Icon} name="check" size=${16} />`}
          ${item.shortcut && html`<kbd>${item.shortcut}</kbd>`}
        </button>`)}
    </dialog>`;
}

// items: [{ text, act, icon?, category?, current?, disabled?, shortcut? } or { apart: key }]
export function MenuButton({ label, items, children, class: looks = "", reachable = true }) {
  const [open, change] = useState(false);
  const button = useRef(null);
  return html`
    <button ref=${button} type="button" class=${`menu-button ${looks}`} aria-haspopup="dialog" aria-expanded=${open ? "true" : "false"}
      aria-label=${label} title=${label} tabindex=${reachable ? 0 : -1} onClick=${() => change(true)}>${children}</button>
    ${open && html`<${List} label=${label} items=${items()} button=${button.current} onClose=${() => change(false)} />`}`;
}
