// A list of samples as long as it may be: only the rows in view are drawn, and keys move through all of them.
import { html, useEffect, useLayoutEffect, useRef, useState } from "./vendor/standalone.mjs";
import { useKeys } from "./keys.js";
import { player } from "./player.js";

const HEIGHTS = { full: 66, wide: 66, middle: 100, narrow: 138 };
const EXTRA = 6;
const TALLEST = 8_000_000; // browsers cannot lay out much more; beyond it a pixel of scrolling is more than a pixel

// `wide`: from which width on all but the time fits beside each other.
const layoutFor = (width, wide) => (width >= 1150 ? "full" : width >= wide ? "wide" : width >= 600 ? "middle" : "narrow");

// How far the list is scrolled within the page, how much of it is in view, and how wide it is.
function useView(box) {
  const [view, change] = useState({ offset: 0, height: 800, width: 1000 });
  useEffect(() => {
    const scroller = box.current.closest("main");
    let frame = 0;
    const look = () => {
      frame = 0;
      const list = box.current?.getBoundingClientRect();
      if (!list) return;
      const outer = scroller.getBoundingClientRect();
      const next = { offset: Math.round(outer.top - list.top), height: Math.round(outer.height), width: Math.round(list.width) };
      change((old) => (old.offset === next.offset && old.height === next.height && old.width === next.width ? old : next));
    };
    const soon = () => { frame = frame || requestAnimationFrame(look); };
    scroller.addEventListener("scroll", soon, { passive: true });
    const sizes = new ResizeObserver(soon);
    sizes.observe(scroller);
    sizes.observe(box.current);
    look();
    return () => {
      scroller.removeEventListener("scroll", soon);
      sizes.disconnect();
      cancelAnimationFrame(frame);
    };
  }, []);
  return view;
}

// Where rows stand. Lists of usual length scroll pixel by pixel; taller ones are squeezed into what can be laid out.
function geometry(total, rowHeight, { offset, height }) {
  const real = total * rowHeight;
  const laid = Math.min(real, TALLEST);
  const squeeze = laid > height ? (real - height) / (laid - height) : 1;
  const into = Math.min(Math.max(0, offset), Math.max(0, laid - height));
  const seen = offset < 0 ? offset : into * squeeze;
  const first = Math.max(0, Math.floor(seen / rowHeight) - EXTRA);
  const last = Math.min(total, Math.ceil((seen + height) / rowHeight) + EXTRA);
  return { laid, squeeze, seen, first, last, top: first * rowHeight - (offset < 0 ? 0 : seen - into) };
}

const head = () => document.querySelector(".list-head")?.offsetHeight || 0;

// held: what useJobs gave · Row: ({ job, chosen, layout }) => cells · onKey(key, job): true where it was used
export function JobList({ held, label, Row, onOpen, onKey, playMoving = false, wide = 860, about, actions }) {
  const pages = held.shown;
  const box = useRef(null);
  const view = useView(box);
  const [chosen, choose] = useState({ id: null, index: -1 });
  const total = pages?.total ?? 0;
  const layout = layoutFor(view.width, wide);
  const rowHeight = HEIGHTS[layout];
  const shape = geometry(total, rowHeight, view);

  useEffect(() => {
    if (pages && pages.total !== null) pages.show(shape.first, shape.last);
  }, [pages, shape.first, shape.last, total]);

  useLayoutEffect(() => {
    const { shift } = held;
    held.shift = 0;
    if (shift && view.offset > rowHeight / 2) box.current.closest("main").scrollTop += (shift * rowHeight) / shape.squeeze;
  });

  // Where a jump went further than what is loaded, the row is chosen by its place until its sample is known.
  const index = pages?.place(chosen.id) ?? Math.min(chosen.index, total - 1);
  const chosenJob = pages?.job(index);
  useEffect(() => {
    if (chosenJob && chosen.id === null) choose({ id: chosenJob.id, index });
  }, [chosenJob, chosen]);

  const bringIntoView = (to) => {
    const scroller = box.current.closest("main");
    const offset = scroller.getBoundingClientRect().top - box.current.getBoundingClientRect().top;
    const { seen, squeeze } = geometry(total, rowHeight, { offset, height: scroller.clientHeight });
    const top = to * rowHeight - seen;
    const above = top - head() - 4;
    const below = top + rowHeight + 8 - scroller.clientHeight;
    if (above < 0) scroller.scrollTop += above / squeeze;
    else if (below > 0) scroller.scrollTop += below / squeeze;
  };

  const moveTo = (to) => {
    const next = Math.min(total - 1, Math.max(0, to));
    const job = pages.job(next);
    const goesOn = playMoving || player.now().playing;
    if (box.current.contains(document.activeElement)) box.current.focus({ preventScroll: true });
    choose({ id: job ? job.id : null, index: next });
    bringIntoView(next);
    if (goesOn && job && job.id !== chosen.id) player.play(job.id);
  };

  useKeys((key) => {
    if (!pages || !total) return false;
    const many = Math.max(1, Math.floor((view.height - head()) / rowHeight) - 1);
    const to = { ArrowDown: index + 1, ArrowUp: index < 0 ? 0 : index - 1, PageDown: index + many, PageUp: index - many,
      Home: 0, End: total - 1 }[key];
    if (to !== undefined) {
      moveTo(to);
      return true;
    }
    if (!chosenJob) {
      if (key === " ") moveTo(Math.max(0, Math.ceil(Math.max(0, view.offset) / rowHeight)));
      return key === " ";
    }
    if (key === " ") player.toggle(chosenJob.id);
    else if (key === "Enter") onOpen(chosenJob);
    else return Boolean(onKey?.(key, chosenJob, box.current));
    return true;
  });

  const rows = [];
  for (let i = shape.first; i < shape.last; i += 1) rows.push([i, pages.job(i)]);
  return html`
    <div ref=${box} class="job-list" role="grid" tabindex="0" aria-label=${label} aria-rowcount=${total} data-layout=${layout}
      aria-activedescendant=${chosenJob ? `row-${chosenJob.id}` : undefined} aria-busy=${pages?.loading.size ? "true" : undefined}
      style=${{ height: `${shape.laid}px` }}>
      <div class="job-rows" role="presentation" style=${{ transform: `translateY(${shape.top}px)` }}>
        ${rows.map(([i, job]) => html`
          <div key=${job ? job.id : `row ${i}`} id=${job ? `row-${job.id}` : undefined} role="row" aria-rowindex=${i + 1}
            aria-selected=${i === index ? "true" : "false"} class=${`job-row ${i === index ? "chosen" : ""}`}
            data-category=${job?.category} data-state=${job?.state} data-job=${job?.id} style=${{ height: `${rowHeight}px` }}
            onClick=${(event) => job && !event.target.closest("dialog") && choose({ id: job.id, index: i })}
            onDblClick=${(event) => job && !event.target.closest("button, canvas, dialog") && onOpen(job)}>
            ${job
              ? html`<${Row} job=${job} chosen=${i === index} layout=${layout} about=${about} actions=${actions} onOpen=${onOpen} />`
              : html`<div role="gridcell" class="job-blank"><span class="visually-hidden">Loading</span></div>`}
          </div>`)}
      </div>
    </div>`;
}
