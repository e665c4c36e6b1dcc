// What can be done with a sample, told to the daemon and then to the user. Each gives the changed job, or null.
import { api } from "./api.js";
import { tellError, toast } from "./parts.js";
import { isCategory, named, whole } from "./words.js";

const short = (name) => (name.length > 42 ? `${name.slice(0, 28)}…${name.slice(-12)}` : name);

const told = (path, body) => api.post(path, body).catch((error) => {
  tellError(error);
  return null;
});

// `changed` is told of every new version of a job, also of one that an Undo in a message brings about.
export function actionsOf(about, changed = () => {}) {
  const done = (job) => {
    if (job) changed(job);
    return job;
  };
  const post = async (job, what, body) => {
    const after = await told(`/api/jobs/${job.id}/${what}`, body);
    return done(after && whole(after));
  };

  async function correct(job, category) {
    const after = await post(job, "correct", { category });
    if (!after) return null;
    if (!isCategory(about, category)) {
      const where = job.state === "filed" ? "taken out of the library" : "left alone";
      toast(`“${short(job.name)}” is ${where}: ${named(about, category).toLowerCase()}`,
        { undo: job.state === "filed" ? () => correct(job, job.category) : null });
      return after;
    }
    const back = job.state === "filed" ? () => correct(after, job.category) : () => undo(after);
    toast(job.category === category && job.state === "filed"
      ? `Confirmed: “${short(job.name)}” is ${named(about, category)}`
      : `“${short(job.name)}” is filed under ${named(about, category)}`,
      { undo: job.category === category && job.state === "filed" ? null : back });
    return after;
  }

  async function undo(job) {
    const after = await post(job, "undo");
    if (after) {
      toast(`“${short(job.name)}” is out of the library again`, { undo: () => correct(after, job.category) });
    }
    return after;
  }

  async function retry(job) {
    const after = await post(job, "retry");
    if (after) toast(`“${short(job.name)}” is heard again`);
    return after;
  }

  const open = (job, what) => told(`/api/jobs/${job.id}/open`, { what });
  return { correct, undo, retry, open };
}

// The categories as a menu, then what is no bass one-shot at all.
export function categoryItems(about, job, act) {
  const filed = job.state === "filed";
  return [
    ...about.categories.map(({ label, folder }, i) => ({
      text: folder, category: label, current: filed && job.category === label, shortcut: i < 9 ? String(i + 1) : undefined,
      act: () => act(label),
    })),
    { apart: "rejects" },
    ...about.rejects.map((label) => ({ text: named(about, label), icon: "skipped", act: () => act(label) })),
  ];
}
