// How samples are spoken of: names of categories, states and reasons in words. Pure.

const REJECTS = { not_bass: "Not a bass", loop: "A loop" };

export const sentence = (text) => text.charAt(0).toUpperCase() + text.slice(1);

// A category goes by the name of its folder, for that is what its owner calls it.
export function named(about, label) {
  const category = about.categories.find((one) => one.label === label);
  return category ? category.folder : REJECTS[label] || sentence((label || "unknown").replaceAll("_", " "));
}

export const isCategory = (about, label) => about.categories.some((one) => one.label === label);

// A row of an archive itself, which tells what was not read from it; there is nothing to hear or to file.
export const isArchive = (job) => job.reason.startsWith("archive:");

// The named reasons for which a sample was left alone, in the order of the filter; `is` tells from the job itself.
export const REASONS = [
  { key: "failed", text: "Failed", is: (job) => job.state === "failed" },
  { key: "not_bass", text: "Not a bass", is: (job) => job.kind === "not_bass" },
  { key: "loop", text: "Loop", is: (job) => job.kind === "loop" },
  { key: "duplicate", text: "Duplicate", is: (job) => job.reason.startsWith("duplicate:") },
  { key: "long", text: "Too long or short", is: (job) => /long; a one-shot|max_megabytes|^only .* ms long/.test(job.reason) },
  { key: "unreadable", text: "Unreadable", is: (job) => job.reason.startsWith("unreadable:") },
  { key: "archive", text: "Archive", is: isArchive },
  { key: "interrupted", text: "Interrupted", is: (job) => /^interrupted:|program was stopped/.test(job.reason) },
  { key: "said", text: "You said so", is: (job) => job.reason.startsWith("You said") },
];

const SPECIFIC = ["archive", "said", "duplicate", "long", "unreadable", "interrupted", "loop", "not_bass", "failed"];

// The one reason that says most about this job.
export const reasonOf = (job) =>
  SPECIFIC.map((key) => REASONS.find((reason) => reason.key === key)).find((reason) => reason.is(job)) ||
  { key: "other", text: "Left alone" };

const CODES = /^(archive|duplicate|unreadable|interrupted|worker_crashed): /;

// The reason as a sentence, without the word that is shown beside it already.
export function explained(job) {
  const plain = job.reason.replace(CODES, (all, code) => (code === "worker_crashed" ? "It could not be heard: " : ""));
  return sentence(plain) || "No reason was noted";
}

export const stateWords = {
  queued: "Waiting to be heard",
  classifying: "Being heard",
  decided: "Waiting to be filed",
  filing: "Being filed",
  filed: "Filed",
  awaiting_review: "To review",
  skipped: "Left alone",
  failed: "Failed",
  reverted: "Undone",
};

export const modeWords = { copy: "Copied", move: "Moved", hardlink: "Linked (no space taken twice)" };

export const parentOf = (path) => path.replace(/[\\/][^\\/]*$/, "") || path;

export const lastOf = (path) => path.split(/[\\/]/).filter(Boolean).pop() || path;

// A job as the lists know it; the answer to a command and the event stream may leave out what follows from the paths.
export const whole = (job) => ({ ...job, name: job.name ?? lastOf(job.path) });
