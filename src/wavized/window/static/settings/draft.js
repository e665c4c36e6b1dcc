// What was changed on the page Settings and is not saved yet. It is kept while other pages are shown.
import { useEffect, useState } from "../vendor/standalone.mjs";
import { api } from "../api.js";

const same = (one, other) => JSON.stringify(one) === JSON.stringify(other);

let kept = {};

export function useDraft() {
  const [settings, setSettings] = useState(null);
  const [changes, keep] = useState(kept);
  const [state, setState] = useState({ saving: false, problems: [], error: null, conflict: false });
  const change = (next) => {
    kept = next;
    keep(next);
  };
  const load = () => api.get("/api/settings").then(
    (fresh) => {
      setSettings(fresh);
      setState({ saving: false, problems: [], error: null, conflict: false });
    },
    (error) => setState((now) => ({ ...now, error })),
  );
  const dirty = Object.keys(changes).length;

  useEffect(() => { load(); }, []);
  useEffect(() => {
    // Somebody may have edited the file meanwhile; without changes here there is nothing to lose.
    const look = () => dirty || load();
    const warn = (event) => dirty && event.preventDefault();
    addEventListener("focus", look);
    addEventListener("beforeunload", warn);
    return () => {
      removeEventListener("focus", look);
      removeEventListener("beforeunload", warn);
    };
  }, [dirty]);

  const save = async () => {
    setState({ saving: true, problems: [], error: null, conflict: false });
    try {
      setSettings(await api.post("/api/settings", { digest: settings.digest, changes }));
      change({});
      setState({ saving: false, problems: [], error: null, conflict: false });
      return true;
    } catch (error) {
      setState({ saving: false, problems: error.problems, error, conflict: error.status === 409 });
      return false;
    }
  };
  return {
    ...state,
    settings,
    changes,
    dirty,
    save,
    load,
    value: (key) => (key in changes ? changes[key] : settings.config[key]),
    set(key, value) {
      const { [key]: _, ...others } = kept;
      change(same(value, settings.config[key]) ? others : { ...others, [key]: value });
    },
    discard() {
      change({});
      setState({ saving: false, problems: [], error: null, conflict: false });
    },
    setAutostart: (autostart) => setSettings((now) => ({ ...now, autostart })),
    // What is wrong with a key or anything below it.
    problem: (key) =>
      state.problems.filter((one) => one.key === key || one.key.startsWith(`${key}.`) || one.key.startsWith(`${key}[`))
        .map((one) => one.message).join(" "),
  };
}
