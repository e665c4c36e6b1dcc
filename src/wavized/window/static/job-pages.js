// The answer to one question to the journal, held page by page: only what is looked at is loaded. Draws nothing.
import { useEffect, useRef, useState } from "./vendor/standalone.mjs";
import { api, query } from "./api.js";
import { onJobs, onReconnect } from "./live.js";
import { whole } from "./words.js";

const PAGE = 80;
const KEPT_PAGES = 24;
const REST_MS = 900;
const PASSING = ["queued", "classifying", "decided", "filing"];

export class JobPages {
  // question: what stands behind /api/jobs? but for offset and limit; `changed(shift)` is called after every change,
  // with the number of rows by which what was looked at has moved.
  constructor(question, changed) {
    this.question = question;
    this.changed = changed;
    this.states = question.states.split(",");
    this.total = null;
    this.error = null;
    this.rows = new Map();
    this.places = new Map();
    this.loading = new Map();
    this.shown = [0, 0];
    this.touched = new Set();
    this.timer = null;
    this.lastRefresh = 0;
    this.closed = false;
  }

  job = (index) => this.rows.get(index);
  place = (id) => this.places.get(id);

  close() {
    this.closed = true;
    clearTimeout(this.timer);
    for (const abort of this.loading.values()) abort.abort();
  }

  // The rows from `first` up to `last` are looked at: load what is missing of them.
  show(first, last) {
    this.shown = [first, last];
    const end = this.total === null ? 1 : this.total;
    for (let page = Math.floor(first / PAGE); page * PAGE < Math.min(last, end); page += 1) {
      if (!this.has(page) && !this.loading.has(page)) this.load(page);
    }
    for (const [page, abort] of this.loading) {
      if ((page + 1) * PAGE <= first || page * PAGE >= Math.max(1, last)) abort.abort();
    }
  }

  has(page) {
    if (this.total === null) return false;
    for (let i = page * PAGE; i < Math.min(this.total, (page + 1) * PAGE); i += 1) if (!this.rows.has(i)) return false;
    return true;
  }

  async load(page) {
    const abort = new AbortController();
    this.loading.set(page, abort);
    await this.ask(page * PAGE, PAGE, abort.signal, (answer) => {
      this.total = answer.total;
      this.put(answer);
      this.forgetFar();
    });
    if (this.loading.get(page) === abort) this.loading.delete(page);
    if (!this.closed) this.changed(0);
  }

  async ask(offset, limit, signal, take) {
    try {
      const answer = await api.get(`/api/jobs?${query({ ...this.question, offset, limit })}`, { signal });
      if (this.closed) return;
      this.error = null;
      take(answer);
    } catch (error) {
      if (error.name === "AbortError" || this.closed) return;
      this.error = error;
      this.changed(0);
    }
  }

  put({ offset, jobs }) {
    jobs.forEach((job, i) => {
      const old = this.rows.get(offset + i);
      if (old && old.id !== job.id && this.places.get(old.id) === offset + i) this.places.delete(old.id);
      this.rows.set(offset + i, job);
      this.places.set(job.id, offset + i);
    });
  }

  forgetFar() {
    if (this.rows.size < KEPT_PAGES * PAGE) return;
    const [first, last] = this.shown;
    for (const [index, job] of this.rows) {
      if (index > first - 3 * PAGE && index < last + 3 * PAGE) continue;
      this.rows.delete(index);
      if (this.places.get(job.id) === index) this.places.delete(job.id);
    }
  }

  fits(job) {
    const { category } = this.question;
    return this.states.includes(job.state) && (!category || job.category === category);
  }

  // A new version of a job that is known here stays where it is, so that nothing jumps under the user's hands.
  apply(told) {
    const job = whole(told);
    const index = this.places.get(job.id);
    if (index !== undefined && PASSING.includes(job.state)) return; // being corrected: it comes to rest in a moment
    if (index !== undefined) {
      this.rows.set(index, job);
      this.touched.add(job.id);
      this.changed(0);
    }
    if (index === undefined ? this.fits(job) : !this.fits(job)) this.refreshSoon();
  }

  heard({ jobs, more }) {
    for (const job of jobs) this.apply(job);
    if (more) this.refreshSoon();
  }

  refreshSoon() {
    if (this.timer !== null) return;
    const wait = Math.max(200, this.lastRefresh + REST_MS - performance.now());
    this.timer = setTimeout(() => this.refresh(), wait);
  }

  // Ask anew for what is looked at, and find out how far it has moved meanwhile.
  async refresh() {
    clearTimeout(this.timer);
    this.timer = null;
    this.lastRefresh = performance.now();
    for (const abort of this.loading.values()) abort.abort();
    this.loading.clear();
    const [first, last] = this.shown;
    const offset = Math.max(0, Math.floor(first / PAGE) - 1) * PAGE;
    const limit = Math.min(500, Math.max(PAGE, (Math.ceil(last / PAGE) + 1) * PAGE - offset));
    await this.ask(offset, limit, undefined, (answer) => {
      const before = [];
      for (let i = first; i < last; i += 1) if (this.rows.has(i)) before.push([this.rows.get(i).id, i]);
      const grown = answer.total - (this.total ?? answer.total);
      this.total = answer.total;
      this.rows.clear();
      this.places.clear();
      this.put(answer);
      const stayed = before.find(([id]) => this.places.has(id) && !this.touched.has(id));
      this.touched.clear();
      const guess = this.question.order === "newest" ? Math.max(0, grown) : 0;
      this.changed(stayed ? this.places.get(stayed[0]) - stayed[1] : before.length ? guess : 0);
    });
  }
}

// The pages of a question; while a new question is being answered the old answer stays.
export function useJobs(question) {
  const [, redraw] = useState(0);
  const held = useRef({ shown: null, next: null, shift: 0 });
  const key = JSON.stringify(question);
  useEffect(() => {
    const mine = held.current;
    const pages = new JobPages(question, (shift) => {
      if (mine.shown !== pages) {
        mine.shown?.close();
        Object.assign(mine, { shown: pages, next: null });
      }
      mine.shift += shift;
      redraw((times) => times + 1);
    });
    mine.next?.close();
    mine.next = pages;
    pages.show(0, 1);
  }, [key]);
  useEffect(() => {
    const all = () => [held.current.shown, held.current.next].filter(Boolean);
    const stop = [
      onJobs((changed) => all().forEach((pages) => pages.heard(changed))),
      onReconnect(() => all().forEach((pages) => pages.refreshSoon())),
    ];
    return () => {
      stop.forEach((one) => one());
      all().forEach((pages) => pages.close());
    };
  }, []);
  return held.current;
}
