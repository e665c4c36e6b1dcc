// The samples that wait for an answer, in the order they are asked, and the answers that were given. Draws nothing.
import { useEffect, useReducer, useRef } from "./vendor/standalone.mjs";
import { answer, takeBack } from "./answers.js";
import { api, query } from "./api.js";
import { onJobs, onReconnect } from "./live.js";
import { isCategory, whole } from "./words.js";

const PAGE = 60;
const FEW = 15;

export class ReviewQueue {
  constructor(about, order, changed) {
    Object.assign(this, { about, order, changed });
    this.queue = [];
    this.total = null; // how many wait, as the daemon said last
    this.given = []; // { job, label, sent } in the order of the answers
    this.answered = new Set();
    this.failures = new Map();
    this.error = null;
    this.loading = false;
    this.closed = false;
  }

  get current() {
    return this.queue[0] || null;
  }

  get left() {
    return Math.max(this.queue.length, (this.total ?? 0) - this.onTheirWay());
  }

  onTheirWay = () => this.given.filter((one) => !one.arrived).length;

  async load() {
    if (this.loading || this.closed) return;
    this.loading = true;
    try {
      const offset = this.queue.length;
      const found = await api.get(`/api/jobs?${query({ states: "awaiting_review", order: this.order, offset, limit: PAGE })}`);
      this.error = null;
      this.total = found.total;
      for (const job of found.jobs) this.append(job);
    } catch (error) {
      this.error = error;
    }
    this.loading = false;
    if (!this.closed) this.changed();
  }

  append(job) {
    if (this.answered.has(job.id) || this.queue.some((one) => one.id === job.id)) return;
    this.queue.push(job);
  }

  heard({ jobs, more }) {
    for (const told of jobs) {
      const job = whole(told);
      const at = this.queue.findIndex((one) => one.id === job.id);
      if (job.state === "awaiting_review") at < 0 ? this.append(job) : (this.queue[at] = job);
      else if (at >= 0 && !this.failures.has(job.id) && !this.reopened(job)) this.queue.splice(at, 1); // answered elsewhere
    }
    if (more || (this.queue.length < FEW && this.left > this.queue.length)) this.load();
    this.changed();
  }

  // Taken back by the user here: it is asked again although the journal has it as undone or left alone.
  reopened = (job) => this.asksAgain?.has(job.id);

  give(label) {
    const job = this.queue.shift();
    const given = { job, label, arrived: false };
    this.answered.add(job.id);
    this.failures.delete(job.id);
    this.given.push(given);
    given.sent = answer(job, label).then(
      (after) => { given.arrived = true; given.after = after; this.count(-1); },
      (error) => this.bringBack(given, error),
    );
    if (this.queue.length < FEW && this.left > this.queue.length) this.load();
    this.changed();
  }

  count(by) {
    if (this.total !== null) this.total = Math.max(0, this.total + by);
    this.changed();
  }

  bringBack(given, error) {
    this.given = this.given.filter((one) => one !== given);
    this.answered.delete(given.job.id);
    this.failures.set(given.job.id, error);
    this.queue.unshift(given.job);
    this.changed();
  }

  later() {
    if (this.queue.length < 2) return;
    this.queue.push(this.queue.shift());
    this.changed();
  }

  pick(id) {
    const at = this.queue.findIndex((one) => one.id === id);
    if (at > 0) this.queue.unshift(...this.queue.splice(at, 1));
    this.changed();
  }

  // Take the last answer back; gives it, or null where there is none.
  async undo() {
    const given = this.given.pop();
    if (!given) return null;
    this.asksAgain = (this.asksAgain || new Set()).add(given.job.id);
    this.answered.delete(given.job.id);
    this.queue.unshift(given.job);
    this.changed();
    await given.sent;
    if (given.arrived && isCategory(this.about, given.label)) {
      try {
        await takeBack(given.job);
      } catch (error) {
        this.failures.set(given.job.id, error);
      }
    }
    if (given.arrived) this.count(1);
    return given;
  }
}

export function useReviewQueue(about, order) {
  const [, redraw] = useReducer((times) => times + 1, 0);
  const held = useRef(null);
  if (held.current === null || held.current.order !== order) {
    const before = held.current;
    held.current = new ReviewQueue(about, order, redraw);
    if (before) {
      before.closed = true;
      Object.assign(held.current, { given: before.given, answered: before.answered });
    }
  }
  const queue = held.current;
  useEffect(() => {
    queue.load();
    const stop = [onJobs((changed) => queue.heard(changed)), onReconnect(() => queue.load())];
    return () => stop.forEach((one) => one());
  }, [queue]);
  return queue;
}
